import { expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  formatResourceFile,
  parseResourceFile,
  type ResourceFile,
} from '../../../src/agent/resources/resource-file.ts'
import type { SlotTypes } from '../../../src/core/slots.ts'

const types: SlotTypes = { cpu: 'count', mem: 'bytes', 'cuda.shares': 'count', 'cuda.10g-mig': 'unique' }

const example: ResourceFile = {
  containerId: 'abc',
  scratchBytes: 0n,
  mounts: [{ source: '/vfroot/a:b', target: '/home/work/data', permission: 'rw' }],
  slots: { cpu: '2', mem: '4294967296', 'cuda.shares': '0.5' },
  allocations: {
    cpu: { cpu: { '0': '1', '3': '1' } },
    mem: { mem: { root: '4294967296' } },
    cuda: { 'cuda.shares': { '0000:01:00.0': '0.5' } },
  },
  extra: { CUDA_GLOBAL_DEVICE_IDS: '0:0000:01:00.0' },
}

test('is written as the original writes it', () => {
  expect(formatResourceFile(example, types)).toBe(
    [
      'CID=abc',
      'SCRATCH_SIZE=0m',
      'MOUNTS=/vfroot/a:b:/home/work/data:rw',
      'SLOTS={"cpu":"2","mem":"4294967296","cuda.shares":"0.5"}',
      'CPU_SHARES=0:1,3:1',
      'MEM_SHARES=root:4g',
      'CUDA.SHARES_SHARES=0000:01:00.0:0.5',
      'CUDA_GLOBAL_DEVICE_IDS=0:0000:01:00.0',
      '',
    ].join('\n'),
  )
})

test('reads back what it wrote', () => {
  expect(parseResourceFile(formatResourceFile(example, types), types)).toEqual(example)
})

test('any allocation survives the round trip', () => {
  const id = fc
    .stringMatching(/^[A-Za-z0-9/:.-]{1,12}$/)
    .filter((text) => !text.includes('=') && text !== '__proto__')
  const devices = (amount: fc.Arbitrary<string>) =>
    fc.dictionary(id, amount, { minKeys: 1, maxKeys: 4, noNullPrototype: true })
  const whole = fc.integer({ min: 1, max: 99 }).map(String)
  const shares = fc.integer({ min: 1, max: 400 }).map((n) => String(n / 100))
  const bytes = fc.bigInt({ min: 1n, max: 1n << 45n }).map(String)
  const file = fc.record({ cpu: devices(whole), mem: devices(bytes), shares: devices(shares) })
  fc.assert(
    fc.property(file, ({ cpu, mem, shares: cuda }) => {
      const allocations = { cpu: { cpu }, mem: { mem }, cuda: { 'cuda.shares': cuda } }
      const text = formatResourceFile({ ...example, allocations }, types)
      expect(parseResourceFile(text, types).allocations).toEqual(allocations)
    }),
  )
})

test.each(['CPU_SHARES=0', 'CPU_SHARES=0:', 'MEM_SHARES=root:lots', 'SLOTS={'])(
  '%s is an error, not a guess',
  (line) => {
    expect(() => parseResourceFile(`${line}\n`, types)).toThrow(RangeError)
  },
)
