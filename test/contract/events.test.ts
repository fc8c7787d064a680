import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import type { BusEvent, EventBus } from '../../src/events/bus.ts'
import { backgroundTaskDone, backgroundTaskFailed } from '../../src/events/catalog/background-task.ts'
import { configChanged } from '../../src/events/catalog/cluster.ts'
import { createMemoryBus } from '../../src/events/drivers/memory.ts'
import { createRedisBus } from '../../src/events/drivers/redis.ts'
import { EventPayloadError } from '../../src/events/envelope.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { startRedis, type TestRedis } from '../harness/redis.ts'
import { until } from '../harness/until.ts'

const CLAIM_IDLE_MS = 300

interface Driver {
  name: string
  /** A way to two ends of one bus, which are one and the same where there is only one process. */
  open(resources: AsyncDisposableStack): Promise<{ a: EventBus; b: EventBus }>
}

const deps = { clock: systemClock, log: silentLogger }
const openRedisBus = (url: string) =>
  createRedisBus({ url, namespace: 'test', claimIdleMs: CLAIM_IDLE_MS, ...deps })

const memory: Driver = {
  name: 'memory',
  open: async (resources) => {
    const bus = resources.use(createMemoryBus(deps))
    return { a: bus, b: bus }
  },
}
const redis: Driver = {
  name: 'redis',
  open: async (resources) => {
    const server = resources.use(await startRedis())
    return {
      a: resources.use(await openRedisBus(server.url)),
      b: resources.use(await openRedisBus(server.url)),
    }
  },
}

type ConfigEvent = BusEvent<{ revision: number }>
const revisions = (events: readonly ConfigEvent[]) => events.map((event) => event.payload.revision)
const publishMany = async (bus: EventBus, from: number, to: number) => {
  for (let revision = from; revision <= to; revision += 1) await bus.publish(configChanged, { revision })
}
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n)
const held = () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { promise, release: () => resolve() }
}

describe.each([memory, redis])('events on $name', (driver) => {
  const resources = new AsyncDisposableStack()
  let a: EventBus
  let b: EventBus

  beforeAll(async () => {
    ;({ a, b } = await driver.open(resources))
  }, 30_000)
  afterAll(() => resources.disposeAsync())

  test('every subscriber sees the kinds it asked for, whole and in order', async () => {
    const mine: BusEvent[] = []
    const theirs: BusEvent[] = []
    await using _mine = await a.subscribe([backgroundTaskDone, backgroundTaskFailed], (event) => {
      mine.push(event)
    })
    await using _theirs = await b.subscribe([backgroundTaskFailed], (event) => {
      theirs.push(event)
    })
    for (const n of numbers(1, 20)) {
      const kind = n % 2 === 0 ? backgroundTaskFailed : backgroundTaskDone
      const options = { id: `${n}`, source: 'm1', at: 1000 + n }
      await a.publish(kind, { taskId: `t${n}`, message: '끝' }, options)
    }
    await a.publish(configChanged, { revision: 1 })
    await until(() => mine.length === 20 && theirs.length === 10)
    expect(mine.map(({ id }) => id)).toEqual(numbers(1, 20).map(String))
    expect(theirs.map(({ id }) => id)).toEqual(numbers(1, 10).map((n) => `${2 * n}`))
    expect(theirs[0]).toEqual({
      id: '2',
      name: 'bgtask_failed',
      source: 'm1',
      at: 1002,
      payload: { taskId: 't2', message: '끝' },
    })
  })

  test('an event without an id gets one of its own', async () => {
    const ids = new Set<string>()
    await using _subscription = await a.subscribe([configChanged], ({ id }) => {
      ids.add(id)
    })
    await publishMany(a, 1, 10)
    await until(() => ids.size === 10)
  })

  test('refuses a payload of another shape', async () => {
    const misshapen = a.publish(configChanged, { revision: 'x' } as unknown as { revision: number })
    await expect(misshapen).rejects.toThrow(EventPayloadError)
  })

  test('what a subscriber gets is its own', async () => {
    const payload = { taskId: 't', message: 'before' }
    const seen: string[] = []
    const change = (event: BusEvent<{ taskId: string; message: string }>) => {
      seen.push(event.payload.message)
      event.payload.message = 'changed by a subscriber'
    }
    await using _first = await a.subscribe([backgroundTaskDone], change)
    await using _second = await a.subscribe([backgroundTaskDone], change)
    const published = a.publish(backgroundTaskDone, payload)
    payload.message = 'changed by the publisher'
    await published
    await until(() => seen.length === 2)
    expect(seen).toEqual(['before', 'before'])
  })

  test('nothing arrives after unsubscribing, and a failing handler stops nothing', async () => {
    const seen: ConfigEvent[] = []
    const all: ConfigEvent[] = []
    await using _all = await a.subscribe([configChanged], (event) => {
      all.push(event)
      throw new Error('a handler failed')
    })
    const subscription = await a.subscribe([configChanged], (event) => {
      seen.push(event)
    })
    await publishMany(a, 1, 1)
    await until(() => seen.length === 1)
    await subscription[Symbol.asyncDispose]()
    await publishMany(a, 2, 3)
    await until(() => all.length === 3)
    expect(revisions(seen)).toEqual([1])
  })

  test('a slow subscriber loses what goes beyond its buffer and is told how much', async () => {
    const gate = held()
    const log: (number | string)[] = []
    let others = 0
    await using _others = await a.subscribe([configChanged], () => {
      others += 1
    })
    const slow = async (event: ConfigEvent) => {
      log.push(event.payload.revision)
      await gate.promise
    }
    const onDropped = (count: number) => void log.push(`dropped ${count}`)
    await using _slow = await a.subscribe([configChanged], slow, { buffer: 3, onDropped })
    await publishMany(a, 1, 1)
    await until(() => log.length === 1)
    await publishMany(a, 2, 9)
    await until(() => others === 9)
    gate.release()
    await until(() => log.length === 5)
    await publishMany(a, 10, 10)
    await until(() => log.length === 6)
    expect(log).toEqual([1, 2, 3, 4, 'dropped 5', 10])
  })

  test('a group handles each event once, whoever is a member', async () => {
    const taken: number[] = []
    const take = async (event: ConfigEvent) => {
      taken.push(event.payload.revision)
    }
    const other: number[] = []
    await using _first = await a.consume('once', [configChanged], take)
    await using _second = await b.consume('once', [configChanged], take)
    await using _other = await b.consume('another group', [configChanged], async (event) => {
      other.push(event.payload.revision)
    })
    await publishMany(a, 1, 30)
    await until(() => taken.length >= 30 && other.length >= 30)
    await publishMany(a, 31, 31)
    await until(() => taken.includes(31) && other.includes(31))
    expect(taken.sort((x, y) => x - y)).toEqual(numbers(1, 31))
    expect(other.sort((x, y) => x - y)).toEqual(numbers(1, 31))
  })

  test('a handler that throws gets the event again, with the same id, and others are not held up', async () => {
    const attempts: string[] = []
    const done: number[] = []
    await using _member = await a.consume('again', [configChanged], async (event) => {
      if (event.payload.revision === 1) {
        attempts.push(event.id)
        if (attempts.length < 3) throw new Error('not yet')
      }
      done.push(event.payload.revision)
    })
    await publishMany(a, 1, 3)
    await until(() => done.length === 3)
    expect(done).toEqual([2, 3, 1])
    expect(attempts).toHaveLength(3)
    expect(new Set(attempts).size).toBe(1)
  })

  test('events wait for a group while it has no member', async () => {
    const seen: number[] = []
    const take = async (event: ConfigEvent) => {
      seen.push(event.payload.revision)
    }
    const first = await a.consume('absent', [configChanged], take)
    await publishMany(a, 1, 1)
    await until(() => seen.length === 1)
    await first[Symbol.asyncDispose]()
    await publishMany(a, 2, 3)
    await using _later = await b.consume('absent', [configChanged], take)
    await until(() => seen.length === 3)
    expect(seen).toEqual([1, 2, 3])
  })

  test('leaving waits for the event in hand and gives the rest to the others', async () => {
    const gate = held()
    const seen: string[] = []
    const leaver = await a.consume('leaving', [configChanged], async (event) => {
      seen.push(`leaver begins ${event.payload.revision}`)
      await gate.promise
      seen.push(`leaver ends ${event.payload.revision}`)
    })
    await publishMany(a, 1, 3)
    await until(() => seen.length === 1)
    const left = leaver[Symbol.asyncDispose]()
    gate.release()
    await left
    expect(seen).toEqual(['leaver begins 1', 'leaver ends 1'])
    await using _heir = await b.consume('leaving', [configChanged], async (event) => {
      seen.push(`heir ${event.payload.revision}`)
    })
    await until(() => seen.length === 4)
    expect(seen.slice(2)).toEqual(['heir 2', 'heir 3'])
  })

  test('a member that works for long keeps its event', async () => {
    const gate = held()
    const seen: string[] = []
    await using _worker = await a.consume('long', [configChanged], async () => {
      seen.push('begun')
      await gate.promise
      seen.push('ended')
    })
    await publishMany(a, 1, 1)
    await until(() => seen.length === 1)
    await using _idle = await b.consume('long', [configChanged], async (event) => {
      seen.push(`other ${event.payload.revision}`)
    })
    const begunAt = performance.now()
    await until(() => performance.now() - begunAt > 2 * CLAIM_IDLE_MS)
    gate.release()
    await until(() => seen.length === 2)
    expect(seen).toEqual(['begun', 'ended'])
  })
})

describe('events on redis, when things die', () => {
  const resources = new AsyncDisposableStack()
  let server: TestRedis

  beforeAll(async () => {
    server = resources.use(await startRedis())
  }, 30_000)
  afterAll(() => resources.disposeAsync())

  test('another member takes over from one that was killed', async () => {
    await using bus = await openRedisBus(server.url)
    const script = join(import.meta.dir, 'fixtures/event-consumer.ts')
    const child = Bun.spawn([process.execPath, script, server.url, 'test', 'killed'], { stdout: 'pipe' })
    let output = ''
    const reading = (async () => {
      for await (const chunk of child.stdout) output += new TextDecoder().decode(chunk)
    })()
    await until(() => output.includes('ready'))
    await bus.publish(configChanged, { revision: 7 }, { id: 'the-one' })
    await until(() => output.includes('took 7'))
    child.kill('SIGKILL')
    await Promise.all([child.exited, reading])
    const seen: string[] = []
    await using _heir = await bus.consume('killed', [configChanged], async (event) => {
      seen.push(event.id)
    })
    await until(() => seen.length === 1)
    expect(seen).toEqual(['the-one'])
  }, 20_000)

  test('members and subscribers go on after the server lost everything, and subscribers learn of it', async () => {
    await using bus = await openRedisBus(server.url)
    const consumed: number[] = []
    const subscribed: (number | string)[] = []
    await using _member = await bus.consume('survivor', [configChanged], async (event) => {
      consumed.push(event.payload.revision)
    })
    await using _subscriber = await bus.subscribe(
      [configChanged],
      (event) => void subscribed.push(event.payload.revision),
      { onDropped: (count) => void subscribed.push(`gap ${count}`) },
    )
    await publishMany(bus, 1, 1)
    await until(() => consumed.length === 1 && subscribed.length === 1)
    await server.restart()
    await until(() => subscribed.includes('gap 0'))
    await until(() =>
      bus
        .publish(configChanged, { revision: 2 })
        .then(() => true)
        .catch(() => false),
    )
    await until(() => consumed.includes(2) && subscribed.includes(2))
    expect(subscribed.slice(0, 3)).toEqual([1, 'gap 0', 2])
  }, 30_000)

  test('says which server it cannot reach, without the password', async () => {
    const attempt = openRedisBus('redis://user:hidden@127.0.0.1:1')
    const error = await attempt.catch((reason: unknown) => String(reason))
    expect(error).toContain('127.0.0.1:1')
    expect(error).not.toContain('hidden')
  })

  test('streams stay bounded', async () => {
    await using bus = await openRedisBus(server.url)
    await using admin = new AsyncDisposableStack()
    const client = admin.adopt(new Redis(server.url), (connection) => connection.disconnect())
    await Promise.all(numbers(1, 11_000).map((revision) => bus.publish(configChanged, { revision })))
    expect(await client.xlen('test:events:config_changed')).toBeLessThan(10_500)
  }, 30_000)
})
