import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { AgentError } from '../../../src/agent/agent-error.ts'
import type { AffinityPolicy } from '../../../src/agent/allocator/affinity.ts'
import { type Allocator, createAllocator } from '../../../src/agent/allocator/allocator.ts'
import type { ComputeUnit } from '../../../src/agent/allocator/compute-unit.ts'
import { formatDecimal, fromInteger, parseDecimal, ZERO } from '../../../src/core/amount.ts'
import { type Slots, slotsFromJson } from '../../../src/core/slots.ts'

const unit = (
  key: string,
  slot: string,
  kind: 'count' | 'bytes' | 'unique',
  strategy: 'fill' | 'evenly' | 'fractions',
  devices: [id: string, capacity: string, numaNode?: number][],
): ComputeUnit => ({
  key,
  slotTypes: { [slot]: kind },
  exclusiveSlotTypes: [],
  strategyOf: () => strategy,
  quantumOf: () => (strategy === 'fractions' ? parseDecimal('0.1') : null),
  devices: devices.map(([id, capacity, numaNode = null as number | null]) => ({
    id,
    numaNode,
    capacity: { [slot]: parseDecimal(capacity) },
  })),
})

const cores = (count: number, factor = '1', nodes = 1): ComputeUnit =>
  unit(
    'cpu',
    'cpu',
    'count',
    'evenly',
    Array.from({ length: count }, (_, i) => [String(i), factor, i % nodes]),
  )
const memory = (bytes: number): ComputeUnit => unit('mem', 'mem', 'bytes', 'fill', [['root', String(bytes)]])

const allocatorOf = (units: ComputeUnit[], affinityPolicy: AffinityPolicy = 'INTERLEAVED'): Allocator =>
  createAllocator({ units, allocationOrder: ['cuda', 'cpu', 'mem'], affinityPolicy })

const kindOf = (step: () => unknown): string => {
  try {
    step()
    return 'no error'
  } catch (error) {
    return error instanceof AgentError ? error.kind : String(error)
  }
}
const slots = (json: Record<string, string>): Slots => slotsFromJson(json)

describe('placement', () => {
  test('cpu is spread over cores, memory comes from the one device', () => {
    const allocator = allocatorOf([cores(4), memory(1000)])
    expect(allocator.allocate('a', slots({ cpu: '2', mem: '600' }))).toEqual({
      cpu: { cpu: { '0': '1', '1': '1' } },
      mem: { mem: { root: '600' } },
    })
    expect(allocator.allocate('b', slots({ cpu: '2', mem: '400' })).cpu?.cpu).toEqual({ '2': '1', '3': '1' })
    expect(allocator.free()).toEqual(slots({ cpu: '0', mem: '0' }))
  })

  test('oversubscribed cores take several kernels, the freest first', () => {
    const allocator = allocatorOf([cores(2, '2')])
    allocator.allocate('a', slots({ cpu: '1' }))
    expect(allocator.allocate('b', slots({ cpu: '1' })).cpu?.cpu).toEqual({ '1': '1' })
    expect(allocator.allocate('c', slots({ cpu: '2' })).cpu?.cpu).toEqual({ '0': '1', '1': '1' })
  })

  test('a request that does not fit takes nothing, of no slot', () => {
    const allocator = allocatorOf([cores(4), memory(1000)])
    expect(kindOf(() => allocator.allocate('a', slots({ cpu: '1', mem: '2000' })))).toBe(
      'InsufficientResource',
    )
    expect(allocator.free()).toEqual(slots({ cpu: '4', mem: '1000' }))
    expect(allocator.holders()).toEqual([])
  })

  test('asking twice gives the same devices and books them once', () => {
    const allocator = allocatorOf([cores(4)])
    const first = allocator.allocate('a', slots({ cpu: '2' }))
    expect(allocator.allocate('a', slots({ cpu: '2' }))).toEqual(first)
    expect(allocator.free()).toEqual(slots({ cpu: '2' }))
  })

  test.each([
    [{ tpu: '1' }, 'InvalidResourceArgument'],
    [{ cpu: '-1' }, 'InvalidResourceArgument'],
    [{ cpu: '0.5' }, 'NotMultipleOfQuantum'],
    [{ 'cuda.shares': '0.05' }, 'NotMultipleOfQuantum'],
    [{ 'cuda.shares': '9' }, 'InsufficientResource'],
  ])('%p is refused as %s', (request, kind) => {
    const allocator = allocatorOf([cores(2), unit('cuda', 'cuda.shares', 'count', 'fractions', [['g', '4']])])
    expect(kindOf(() => allocator.allocate('a', slots(request)))).toBe(kind)
  })

  test('a unique slot is one device', () => {
    const allocator = allocatorOf([
      unit('cuda', 'cuda.10g-mig', 'unique', 'evenly', [
        ['m0', '1'],
        ['m1', '1'],
      ]),
    ])
    expect(kindOf(() => allocator.allocate('a', slots({ 'cuda.10g-mig': '2' })))).toBe(
      'InvalidResourceArgument',
    )
    expect(allocator.allocate('a', slots({ 'cuda.10g-mig': '1' }))).toEqual({
      cuda: { 'cuda.10g-mig': { m0: '1' } },
    })
  })

  test('slots that exclude each other are refused together', () => {
    const gpu: ComputeUnit = {
      ...unit('cuda', 'cuda.device', 'count', 'evenly', [['g', '1']]),
      slotTypes: { 'cuda.device': 'count', 'cuda.10g-mig': 'unique' },
      exclusiveSlotTypes: ['cuda.*-mig', 'cuda.device'],
    }
    const request = slots({ 'cuda.device': '1', 'cuda.10g-mig': '1' })
    expect(kindOf(() => allocatorOf([gpu]).allocate('a', request))).toBe('InvalidResourceCombination')
  })

  test('a fraction goes to the tightest device that holds it, a bigger one is split evenly', () => {
    const shares = (): Allocator =>
      allocatorOf([
        unit('cuda', 'cuda.shares', 'count', 'fractions', [
          ['a', '1'],
          ['b', '2'],
          ['c', '3'],
        ]),
      ])
    const take = (amount: string) =>
      shares().allocate('k', slots({ 'cuda.shares': amount })).cuda?.['cuda.shares']
    expect(take('0.9')).toEqual({ a: '0.9' })
    expect(take('1.5')).toEqual({ b: '1.5' })
    expect(take('4')).toEqual({ b: '2', c: '2' })
    expect(take('0.19')).toEqual({ a: '0.1' })
    expect(take('6')).toEqual({ a: '1', b: '2', c: '3' })
  })

  test('the cores follow the node of the accelerator', () => {
    const gpu = unit('cuda', 'cuda.device', 'count', 'evenly', [['g0', '1', 1]])
    const allocations = allocatorOf([cores(4, '1', 2), gpu]).allocate(
      'a',
      slots({ cpu: '2', 'cuda.device': '1' }),
    )
    expect(Object.keys(allocations.cpu?.cpu ?? {}).sort()).toEqual(['1', '3'])
  })

  test('without a hint the policy decides', () => {
    const take = (policy: AffinityPolicy) =>
      Object.keys(
        allocatorOf([cores(4, '1', 2)], policy).allocate('a', slots({ cpu: '2' })).cpu?.cpu ?? {},
      ).sort()
    expect(take('INTERLEAVED')).toEqual(['0', '1'])
    expect(take('PREFER_SINGLE_NODE')).toEqual(['0', '2'])
  })
})

describe('whatever happens', () => {
  const step = fc.oneof(
    fc.record({
      do: fc.constant('allocate' as const),
      kernel: fc.integer({ min: 0, max: 7 }),
      cpu: fc.integer({ min: 0, max: 5 }),
      mem: fc.integer({ min: 0, max: 600 }),
      share: fc.integer({ min: 0, max: 45 }),
    }),
    fc.record({ do: fc.constant('release' as const), kernel: fc.integer({ min: 0, max: 7 }) }),
    fc.record({ do: fc.constant('crash' as const) }),
  )
  const build = () =>
    allocatorOf([
      cores(5, '2', 2),
      memory(1000),
      unit('cuda', 'cuda.shares', 'count', 'fractions', [
        ['a', '1.5'],
        ['b', '2.25'],
        ['c', '0.5'],
      ]),
    ])

  test('no device is given out beyond its capacity, and nothing is lost by release, crash and recovery', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let allocator = build()
        const held = new Map<string, ReturnType<Allocator['allocate']>>()
        for (const each of steps) {
          if (each.do === 'crash') {
            allocator = build()
            for (const [kernel, allocations] of held) allocator.restore(kernel, allocations)
          } else if (each.do === 'release') {
            allocator.release(String(each.kernel))
            held.delete(String(each.kernel))
          } else {
            const request = new Map([
              ['cpu', fromInteger(each.cpu)],
              ['mem', fromInteger(each.mem)],
              ['cuda.shares', parseDecimal(String(each.share / 10))],
            ])
            const before = allocator.free()
            try {
              held.set(String(each.kernel), allocator.allocate(String(each.kernel), request))
            } catch (error) {
              expect(error).toBeInstanceOf(AgentError)
              expect(allocator.free()).toEqual(before)
            }
          }
          check(allocator, held)
        }
        for (const kernel of held.keys()) allocator.release(kernel)
        expect(allocator.free()).toEqual(allocator.capacity())
      }),
      { numRuns: 300 },
    )
  })

  const capacities: Record<string, Record<string, string>> = {
    cpu: Object.fromEntries(Array.from({ length: 5 }, (_, i) => [String(i), '2'])),
    mem: { root: '1000' },
    'cuda.shares': { a: '1.5', b: '2.25', c: '0.5' },
  }

  function check(allocator: Allocator, held: Map<string, ReturnType<Allocator['allocate']>>): void {
    const used: Record<string, Record<string, bigint>> = {}
    for (const allocations of held.values()) {
      for (const group of Object.values(allocations)) {
        for (const [slot, devices] of Object.entries(group)) {
          for (const [id, amount] of Object.entries(devices)) {
            const perSlot = used[slot] ?? {}
            used[slot] = perSlot
            perSlot[id] = (perSlot[id] ?? ZERO) + parseDecimal(amount)
          }
        }
      }
    }
    for (const [slot, devices] of Object.entries(capacities)) {
      let free = ZERO
      for (const [id, capacity] of Object.entries(devices)) {
        const taken = used[slot]?.[id] ?? ZERO
        expect(taken <= parseDecimal(capacity)).toBe(true)
        free += parseDecimal(capacity) - taken
      }
      expect(formatDecimal(allocator.free().get(slot) ?? ZERO)).toBe(formatDecimal(free))
    }
  }
})
