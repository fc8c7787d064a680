import type { Redis } from 'ioredis'
import type { Clock } from '../../lib/clock.ts'
import type { Logger } from '../../lib/logger.ts'
import type { BusEvent } from '../bus.ts'
import { redeliveryDelay } from './backoff.ts'
import { addMissingGroups, claimAbandoned, type Entry, readNew } from './redis-streams.ts'

export interface RedisConsumerOptions<P> {
  connect(patient: boolean): Promise<Redis>
  group: string
  /** Streams, one per kind. */
  keys: readonly string[]
  read(text: string): BusEvent<P>
  handle(event: BusEvent<P>): Promise<void>
  claimIdleMs: number
  clock: Clock
  log: Logger
}

interface Delivery extends Entry {
  failures: number
  dueAt: number
}

const BLOCK_MS = 2000
const RETRY_MS = 500
const GIVEN_BACK_IDLE_MS = 24 * 3600_000

/** One member of a group. It owns what it has read until it acknowledges it, shows no sign for `claimIdleMs`, or leaves. */
export async function createRedisConsumer<P>(options: RedisConsumerOptions<P>): Promise<AsyncDisposable> {
  const { group, keys, claimIdleMs, clock, log } = options
  const member = crypto.randomUUID()
  const commands = await options.connect(false)
  const blocking = await options.connect(true).catch((error) => {
    commands.disconnect()
    throw error
  })
  const stop = new AbortController()
  let owned: Delivery[] = []
  let claimAt = 0

  async function handleDue(): Promise<void> {
    for (;;) {
      const delivery = owned.find(({ dueAt }) => dueAt <= clock.now())
      if (delivery === undefined || stop.signal.aborted) return
      await deliver(delivery)
    }
  }

  async function deliver(delivery: Delivery): Promise<void> {
    let event: BusEvent<P>
    try {
      event = options.read(delivery.text)
    } catch (error) {
      log.error({ group, key: delivery.key, err: error }, 'an event that cannot be read is passed over')
      await acknowledge(delivery)
      return
    }
    try {
      await options.handle(event)
    } catch (error) {
      delivery.failures += 1
      delivery.dueAt = clock.now() + redeliveryDelay(delivery.failures)
      log.warn(
        { group, event: event.name, failures: delivery.failures, err: error },
        'a consumer failed; it gets the event again',
      )
      return
    }
    await acknowledge(delivery)
  }

  async function acknowledge(delivery: Delivery): Promise<void> {
    owned = owned.filter((other) => other !== delivery)
    await commands.xack(delivery.key, group, delivery.id)
  }

  function own(entries: readonly Entry[]): void {
    const known = new Set(owned.map(({ key, id }) => `${key} ${id}`))
    const fresh = entries.filter(({ key, id }) => !known.has(`${key} ${id}`))
    owned.push(...fresh.map((entry) => ({ ...entry, failures: 0, dueAt: 0 })))
  }

  async function step(): Promise<void> {
    if (clock.now() >= claimAt) {
      own(await claimAbandoned(commands, { keys, group, member, idleMs: claimIdleMs }))
      claimAt = clock.now() + claimIdleMs / 2
    }
    await handleDue()
    if (stop.signal.aborted) return
    const nextAt = Math.min(claimAt, ...owned.map(({ dueAt }) => dueAt))
    const blockMs = Math.max(1, Math.min(BLOCK_MS, Math.ceil(nextAt - clock.now())))
    own(await readNew(blocking, { keys, group, member, blockMs }))
  }

  async function loop(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await step()
      } catch (error) {
        if (stop.signal.aborted) return
        if (String(error).includes('NOGROUP')) {
          // The server lost its data: whatever is in the streams by now is new to this group.
          await addMissingGroups(commands, keys, group, '0').catch(() => undefined)
          continue
        }
        log.warn({ group, err: error }, 'reading events failed and is tried again')
        await clock.sleep(RETRY_MS, stop.signal).catch(() => undefined)
      }
    }
  }

  /** Keeps what this member works on from being claimed by others. */
  async function keepOwned(): Promise<void> {
    while (!stop.signal.aborted) {
      await clock.sleep(claimIdleMs / 3, stop.signal).catch(() => undefined)
      if (!stop.signal.aborted) await touchOwned(0).catch(() => undefined)
    }
  }

  async function touchOwned(idleMs: number): Promise<void> {
    for (const key of keys) {
      const ids = owned.filter((delivery) => delivery.key === key).map(({ id }) => id)
      if (ids.length > 0) await commands.xclaim(key, group, member, 0, ...ids, 'IDLE', idleMs, 'JUSTID')
    }
  }

  try {
    await addMissingGroups(commands, keys, group, '$')
  } catch (error) {
    commands.disconnect()
    blocking.disconnect()
    throw error
  }
  const done = Promise.all([loop(), keepOwned()])

  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      blocking.disconnect()
      await done
      // The others may take the rest at once.
      await touchOwned(GIVEN_BACK_IDLE_MS).catch(() => undefined)
      commands.disconnect()
    },
  }
}
