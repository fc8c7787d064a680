import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { schedulerFifo } from '../../plugins/scheduler-fifo/index.ts'
import { lackingSlots, sumSlots } from '../../src/core/slots.ts'
import { agent, kernel, keypair, plan, session, slots, snapshot, summary } from './harness.ts'

describe('placing', () => {
  test('spreads single-node sessions over the agents with most free', () => {
    const result = plan(snapshot([agent('a1'), agent('a2')], [session('s1'), session('s2'), session('s3')]))
    expect(summary(result)).toEqual(['s1>a1', 's2>a2', 's3>a1'])
  })

  test('concentrates when the group says so', () => {
    const groups = [{ name: 'default', strategy: 'concentrated' as const, pendingTimeoutMs: 0 }]
    const result = plan(snapshot([agent('a1'), agent('a2')], [session('s1'), session('s2')], { groups }))
    expect(summary(result)).toEqual(['s1>a1', 's2>a1'])
  })

  test('keeps agents with unasked-for accelerators free', () => {
    const result = plan(
      snapshot([agent('gpu', 'cpu=64 mem=65536 cuda.device=2'), agent('plain')], [session('s1')]),
    )
    expect(summary(result)).toEqual(['s1>plain'])
  })

  test('a single-node cluster needs one agent for all its kernels', () => {
    const cluster = session('s1', [kernel('k1', 'cpu=3 mem=1'), kernel('k2', 'cpu=3 mem=1')])
    expect(summary(plan(snapshot([agent('a1'), agent('a2')], [cluster])))).toEqual([
      's1!no-available-instances:resources',
    ])
  })

  test('a multi-node cluster is spread, and takes nothing when one kernel has no place', () => {
    const big = [kernel('k1', 'cpu=3 mem=1'), kernel('k2', 'cpu=3 mem=1'), kernel('k3', 'cpu=3 mem=1')]
    const cluster = session('s1', big, { clusterMode: 'multi-node' })
    const small = session('s2', [kernel('k4', 'cpu=4 mem=1')])
    expect(summary(plan(snapshot([agent('a1'), agent('a2')], [cluster, small])))).toEqual([
      's2>a1',
      's1!no-available-instances:resources',
    ])
    expect(summary(plan(snapshot([agent('a1'), agent('a2'), agent('a3')], [cluster])))).toEqual([
      's1>a1,a2,a3',
    ])
  })

  test('counts what already runs, exactly', () => {
    const busy = agent('a1', 'cpu=1 mem=4096', { occupied: slots('cpu=0.9 mem=0') })
    const tenth = session('s1', [kernel('k', 'cpu=0.1 mem=1')])
    const more = session('s2', [kernel('k', 'cpu=0.100000001 mem=1')])
    expect(summary(plan(snapshot([busy], [tenth])))).toEqual(['s1>a1'])
    expect(summary(plan(snapshot([busy], [more])))).toEqual(['s2!no-available-instances:resources'])
  })

  test('a designated agent is the only candidate', () => {
    const chosen = session('s1', [kernel('k', undefined, { designatedAgent: 'a2' })])
    expect(summary(plan(snapshot([agent('a1'), agent('a2')], [chosen])))).toEqual(['s1>a2'])
    expect(summary(plan(snapshot([agent('a1')], [chosen])))).toEqual(['s1!no-available-instances:agents'])
  })
})

describe('agents that do not qualify', () => {
  const cases: [string, ReturnType<typeof agent>, string][] = [
    ['not alive', agent('a', undefined, { alive: false }), 'not-alive'],
    ['not schedulable', agent('a', undefined, { schedulable: false }), 'not-schedulable'],
    ['another architecture', agent('a', undefined, { architecture: 'aarch64' }), 'architecture'],
    ['no image', agent('a', undefined, { images: new Set() }), 'image'],
    ['too small', agent('a', 'cpu=0.5 mem=4096'), 'resources'],
    ['too full', agent('a', undefined, { containers: 3 }), 'container-limit'],
  ]
  test.each(cases)('%s', (_, one, condition) => {
    const result = plan(snapshot([one], [session('s1')], { maxContainersPerAgent: 3 }))
    expect(summary(result)).toEqual([`s1!no-available-instances:${condition}`])
    expect(result.unplaced[0]?.failed[0]?.message).toMatch(/^1 agent .*\.$/)
  })

  test('an image that is not local may be pulled, but not by the process backend', () => {
    const remote = session('s1', [kernel('k', undefined, { imageIsLocal: false })])
    const empty = { images: new Set<string>() }
    expect(summary(plan(snapshot([agent('a', undefined, empty)], [remote])))).toEqual(['s1>a'])
    expect(
      summary(plan(snapshot([agent('a', undefined, { ...empty, backend: 'process' })], [remote]))),
    ).toEqual(['s1!no-available-instances:image'])
  })

  test('says what is missing', () => {
    const want = session('s1', [kernel('k', 'cpu=8 mem=8192')])
    const [reason] = plan(snapshot([agent('a')], [want])).unplaced[0]?.failed ?? []
    expect(reason?.message).toBe(
      '1 agent has too little free: cpu (8 asked, at most 4 free), mem (8k asked, at most 4k free).',
    )
  })
})

describe('conditions on the owner', () => {
  test('concurrency counts this run too', () => {
    const keypairs = new Map([['AK', keypair({ sessions: 1, maxSessions: 2 })]])
    const result = plan(snapshot([agent('a')], [session('s1'), session('s2')], { keypairs }))
    expect(summary(result)).toEqual(['s1>a', 's2!predicate-checks-failed:concurrency'])
  })

  test('totals of keypair, user, project and domain; all failures are told', () => {
    const tight = { limit: slots('cpu=1 mem=4096'), used: slots('cpu=1 mem=0') }
    const result = plan(
      snapshot([agent('a')], [session('s1')], {
        keypairs: new Map([['AK', keypair(tight)]]),
        users: new Map([['user', tight]]),
        projects: new Map([['project', tight]]),
        domains: new Map([['default', tight]]),
      }),
    )
    expect(summary(result)).toEqual([
      's1!predicate-checks-failed:keypair_resource_limit,user_resource_limit,user_group_resource_limit,domain_resource_limit',
    ])
    expect(result.unplaced[0]?.passed).toEqual(['reserved_time', 'dependencies', 'concurrency'])
  })

  test('a slot that is over its limit does not block who asks none of it', () => {
    const over = keypair({ limit: slots('cpu=9 mem=9999 cuda.device=0'), used: slots('cuda.device=1') })
    const result = plan(snapshot([agent('a')], [session('s1')], { keypairs: new Map([['AK', over]]) }))
    expect(summary(result)).toEqual(['s1>a'])
  })

  test('start time and dependencies', () => {
    const later = session('s1', undefined, { type: 'batch', startsAt: 1_000_001 })
    const blocked = session('s2', undefined, {
      dependencies: [{ id: 'd', name: 'first', status: 'RUNNING', result: 'undefined' }],
    })
    const ready = session('s3', undefined, {
      type: 'batch',
      startsAt: 1_000_000,
      dependencies: [{ id: 'd', name: 'first', status: 'TERMINATED', result: 'success' }],
    })
    expect(summary(plan(snapshot([agent('a')], [later, blocked, ready])))).toEqual([
      's3>a',
      's1!predicate-checks-failed:reserved_time',
      's2!predicate-checks-failed:dependencies',
    ])
  })

  test('sessions that waited too long are given up', () => {
    const groups = [{ name: 'default', strategy: 'dispersed' as const, pendingTimeoutMs: 1000 }]
    const result = plan(
      snapshot([agent('a')], [session('old'), session('new', undefined, { createdAt: 999_500 })], { groups }),
    )
    expect(summary(result)).toEqual(['new>a', 'old!expired'])
  })
})

describe('fifo', () => {
  test('a blocked head does not stop smaller sessions', () => {
    const result = plan(
      snapshot([agent('a')], [session('big', [kernel('k', 'cpu=9 mem=1')]), session('small')]),
    )
    expect(summary(result)).toEqual(['small>a', 'big!no-available-instances:resources'])
  })

  test('num_retries_to_skip puts hopeless sessions last', () => {
    const policy = schedulerFifo.configure({ num_retries_to_skip: 3 })
    const whole = 'cpu=4 mem=1'
    const pending = [
      session('tired', [kernel('k1', whole)], { retries: 3 }),
      session('fresh', [kernel('k2', whole)], { retries: 2 }),
    ]
    expect(summary(plan(snapshot([agent('a')], pending), policy))[0]).toBe('fresh>a')
    expect(() => schedulerFifo.configure({ num_retries_to_skip: -1 })).toThrow('num_retries_to_skip')
  })
})

test('never gives out more than an agent has, and forgets no session', () => {
  const amount = fc.integer({ min: 0, max: 40 }).map((n) => n / 10)
  const kernels = fc.array(amount, { minLength: 1, maxLength: 3 })
  const sessions = fc.array(fc.record({ cpus: kernels, multi: fc.boolean() }), { maxLength: 20 })
  fc.assert(
    fc.property(fc.array(amount, { maxLength: 4 }), sessions, (sizes, wanted) => {
      const agents = sizes.map((cpu, index) => agent(`a${index}`, `cpu=${cpu} mem=100`))
      const pending = wanted.map(({ cpus, multi }, index) =>
        session(
          `s${index}`,
          cpus.map((cpu, n) => kernel(`s${index}k${n}`, `cpu=${cpu} mem=1`)),
          { clusterMode: multi ? 'multi-node' : 'single-node' },
        ),
      )
      const result = plan(snapshot(agents, pending))
      expect(result.placements.length + result.unplaced.length).toBe(pending.length)
      const want = new Map(pending.flatMap((one) => one.kernels.map((k) => [k.id, k.slots] as const)))
      for (const one of agents) {
        const given = result.placements
          .flatMap((placement) => placement.assignments)
          .filter((assignment) => assignment.agentId === one.id)
          .reduce(
            (sum, assignment) => sumSlots(sum, want.get(assignment.kernelId) ?? new Map()),
            slots('cpu=0'),
          )
        expect(lackingSlots(given, one.available)).toEqual([])
      }
    }),
  )
})
