import { describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { mockAccelerator } from '../../../plugins/accelerator-mock/accelerator-mock.ts'
import { loadMockAccelerator } from '../../../plugins/accelerator-mock/load-mock-accelerator.ts'
import { DEFAULT_SHARES, readShareSettings } from '../../../plugins/accelerator-mock/mock-config.ts'
import { createAllocator } from '../../../src/agent/allocator/allocator.ts'
import { computeUnitOf } from '../../../src/agent/allocator/compute-unit.ts'
import { slotsFromJson } from '../../../src/core/slots.ts'
import { tempDirectory } from '../../harness/temp.ts'

const gpu = (uuid: string, change: object = {}) => ({
  mother_uuid: uuid,
  model_name: 'CUDA GPU',
  numa_node: 0,
  subproc_count: 108,
  memory_size: '40G',
  is_mig_device: false,
  ...change,
})
const slice = (model_name: string) =>
  gpu('m3', { model_name, is_mig_devices: true, is_mig_device: undefined })
const file = {
  slot_name: 'cuda',
  devices: [gpu('m1'), gpu('m2'), slice('MIG-10g'), slice('MIG-10g')],
  attributes: { cuda_runtime: '11.0' },
}
const fractional = { ...DEFAULT_SHARES, allocationMode: 'fractional' as const }

const allocate = async (plugin: ReturnType<typeof mockAccelerator>, request: Record<string, string>) =>
  createAllocator({
    units: [await computeUnitOf(plugin)],
    allocationOrder: ['cuda'],
    affinityPolicy: 'INTERLEAVED',
  }).allocate('k', slotsFromJson(request))

describe('the mock accelerator', () => {
  test('offers whole devices and slices', async () => {
    const plugin = mockAccelerator(file)
    expect(plugin.slotTypes).toEqual({ 'cuda.device': 'count', 'cuda.10g-mig': 'unique' })
    expect((await plugin.devices()).map(({ id }) => id)).toEqual(['m1', 'm2', 'MIG-m3/0/0', 'MIG-m3/1/0'])
    expect(plugin.attributes).toEqual({ cuda_runtime: '11.0' })
    expect(await allocate(plugin, { 'cuda.device': '2' })).toEqual({
      cuda: { 'cuda.device': { m1: '1', m2: '1' } },
    })
    expect(await allocate(plugin, { 'cuda.10g-mig': '1' })).toEqual({
      cuda: { 'cuda.10g-mig': { 'MIG-m3/0/0': '1' } },
    })
  })

  test('offers fractions by memory or processors, whichever is less', async () => {
    const plugin = mockAccelerator({ ...file, devices: [gpu('m1')] }, fractional)
    const [device] = await plugin.devices()
    expect(device && plugin.capacity(device)).toEqual({ 'cuda.shares': '13.50' })
    expect(await allocate(plugin, { 'cuda.shares': '0.55' })).toEqual({
      cuda: { 'cuda.shares': { m1: '0.5' } },
    })
    const { resourceLines, environ } = await plugin.containerSettings({ m1: { 'cuda.shares': '0.5' } })
    expect(resourceLines).toMatchObject({
      CUDA_MEMORY_LIMITS: 'm1:1073741824',
      CUDA_PROCESSOR_LIMITS: 'm1:4',
    })
    expect(environ).toMatchObject({ BACKENDAI_MOCK_CUDA_DEVICES: 'm1', TF_MIN_GPU_MULTIPROCESSOR_COUNT: '4' })
  })

  test('hides masked devices', async () => {
    const plugin = mockAccelerator(file, readShareSettings({ device_mask: 'm1, MIG-m3/0/0' }))
    expect((await plugin.devices()).map(({ id }) => id)).toEqual(['m2', 'MIG-m3/1/0'])
  })

  test.each([
    [{ slot_name: 'cuda', devices: [] }, 'devices'],
    [{ devices: [gpu('a')] }, 'slot_name'],
    [{ slot_name: 'cuda', devices: [gpu('a', { memory_size: 'lots' })] }, 'lots'],
  ])('says what is wrong with %p', (config, message) => {
    expect(() => mockAccelerator(config)).toThrow(message)
  })

  test.each([
    [{ unit_mem: '1m' }, 'unit_mem'],
    [{ unit_proc: '1' }, 'unit_proc'],
    [{ allocation_mode: 'both' }, 'allocation_mode'],
  ])('says which setting %p is wrong', (settings: Record<string, string>, message) => {
    expect(() => readShareSettings(settings)).toThrow(message)
  })

  test('is read from the first file, and named when it is broken', async () => {
    using dir = tempDirectory('mock')
    expect(await loadMockAccelerator({ folders: [dir.path] })).toBeNull()
    const path = dir.at('mock-accelerator.toml')
    writeFileSync(
      path,
      'slot_name = "cuda"\n[[devices]]\nmother_uuid = "x"\nmodel_name = "G"\nsubproc_count = 8\nmemory_size = "4G"\n',
    )
    expect((await loadMockAccelerator({ folders: [dir.at('none'), dir.path] }))?.key).toBe('cuda')
    writeFileSync(path, 'slot_name = ')
    expect(loadMockAccelerator({ folders: [dir.path] })).rejects.toThrow(path)
  })
})
