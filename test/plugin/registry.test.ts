import { expect, test } from 'bun:test'
import type { AcceleratorPlugin } from '../../src/plugin/accelerator.ts'
import { acceleratorRegistry, PluginConflictError } from '../../src/plugin/registry.ts'

const plugin = (key: string, slot = `${key}.device`): AcceleratorPlugin => ({
  key,
  version: '1',
  slotTypes: { [slot]: 'count' },
  exclusiveSlotTypes: [],
  devices: async () => [],
  capacity: () => ({}),
  containerSettings: async () => ({ environ: {}, mounts: [], devices: [] }),
})
const keys = (...args: Parameters<typeof acceleratorRegistry>) =>
  acceleratorRegistry(...args).map(({ key }) => key)

test('lists choose', () => {
  const all = [plugin('cuda'), plugin('tpu'), plugin('rocm')]
  expect(keys(all)).toEqual(['cuda', 'tpu', 'rocm'])
  expect(keys(all, { allow: ['tpu', 'rocm'], block: ['cuda'] })).toEqual(['tpu', 'rocm'])
  expect(keys(all, { block: ['tpu'] })).toEqual(['cuda', 'rocm'])
})

test.each([
  ['a key twice', [plugin('cuda'), plugin('cuda')], {}],
  ['a key that the host owns', [plugin('cpu')], {}],
  ['a slot of another device', [plugin('cuda', 'tpu.device')], {}],
  ['a name on both lists', [plugin('cuda')], { allow: ['cuda'], block: ['cuda'] }],
])('%s is a conflict', (_, plugins, lists) => {
  expect(() => acceleratorRegistry(plugins, lists)).toThrow(PluginConflictError)
})
