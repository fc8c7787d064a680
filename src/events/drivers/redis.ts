import type { Redis } from 'ioredis'
import type { Clock } from '../../lib/clock.ts'
import type { Logger } from '../../lib/logger.ts'
import { connectRedis } from '../../lib/redis.ts'
import type { EventBus } from '../bus.ts'
import { kindsByName } from '../define.ts'
import { decodeEvent, encodeEvent } from '../envelope.ts'
import { createMailbox, DEFAULT_BUFFER, type Mailbox } from './mailbox.ts'
import { createRedisConsumer } from './redis-consumer.ts'

export interface RedisBusOptions {
  url: string
  /** Before every key and channel, so that clusters can share a server. */
  namespace: string
  clock: Clock
  log: Logger
  /** How long an event may lie with a member that gives no sign before another takes it, in milliseconds. Default 30 s. */
  claimIdleMs?: number
}

/** Entries that a stream of one kind keeps, roughly; consumers further behind lose the oldest. */
const STREAM_LENGTH = 10_000

/** The bus of a cluster: each kind has a stream for groups of consumers and a channel for subscribers. */
export async function createRedisBus(options: RedisBusOptions): Promise<EventBus> {
  const { url, namespace, clock, log, claimIdleMs = 30_000 } = options
  const resources = new AsyncDisposableStack()
  try {
    const commands = resources.adopt(await connectRedis({ url, log }), (redis) => redis.disconnect())
    const listener = await connectRedis({ url, log, patient: true })
    resources.adopt(listener, (redis) => redis.disconnect())
    const channels = createChannels(listener)
    const keyOf = (name: string) => `${namespace}:events:${name}`
    const handles = new Set<AsyncDisposable>()
    let closed = false
    const assertOpen = () => {
      if (closed) throw new Error('the event bus is closed')
    }

    return {
      async publish(kind, payload, publishOptions = {}) {
        assertOpen()
        const text = encodeEvent(kind, payload, publishOptions, clock.now)
        const key = keyOf(kind.name)
        const replies = await commands
          .multi()
          .xadd(key, 'MAXLEN', '~', STREAM_LENGTH, '*', 'event', text)
          .publish(key, text)
          .exec()
        const failed = replies?.find(([error]) => error !== null)
        if (replies === null || failed?.[0]) throw failed?.[0] ?? new Error('Redis dropped a publication')
      },

      async subscribe(kinds, handler, subscribeOptions = {}) {
        assertOpen()
        const byName = kindsByName(kinds)
        const mailbox = createMailbox<string>({
          buffer: subscribeOptions.buffer ?? DEFAULT_BUFFER,
          onDropped: subscribeOptions.onDropped,
          handle: async (text) => handler(decodeEvent(byName, text)),
          log,
        })
        const keys = [...byName.keys()].map(keyOf)
        await channels.add(keys, mailbox)
        return untilClosed(handles, async () => {
          await channels.remove(keys, mailbox)
          await mailbox.close()
        })
      },

      async consume(group, kinds, handler) {
        assertOpen()
        const byName = kindsByName(kinds)
        const consumer = await createRedisConsumer({
          connect: (patient) => connectRedis({ url, log, patient }),
          group,
          keys: [...byName.keys()].map(keyOf),
          read: (text) => decodeEvent(byName, text),
          handle: handler,
          claimIdleMs,
          clock,
          log,
        })
        return untilClosed(handles, async () => consumer[Symbol.asyncDispose]())
      },

      async [Symbol.asyncDispose]() {
        closed = true
        await Promise.all([...handles].map((handle) => handle[Symbol.asyncDispose]()))
        await resources.disposeAsync()
      },
    }
  } catch (error) {
    await resources.disposeAsync()
    throw error
  }
}

/** A handle that the bus also disposes when it closes. */
function untilClosed(handles: Set<AsyncDisposable>, leave: () => Promise<void>): AsyncDisposable {
  let left: Promise<void> | null = null
  const handle: AsyncDisposable = {
    [Symbol.asyncDispose]() {
      handles.delete(handle)
      left ??= leave()
      return left
    },
  }
  handles.add(handle)
  return handle
}

/** Which mailboxes hear which channel of one subscribed connection. */
function createChannels(listener: Redis) {
  const mailboxes = new Map<string, Set<Mailbox<string>>>()
  listener.on('message', (channel: string, text: string) => {
    for (const mailbox of mailboxes.get(channel) ?? []) mailbox.put(text)
  })
  const tellAll = () => {
    for (const mailbox of new Set([...mailboxes.values()].flatMap((set) => [...set]))) mailbox.putGap()
  }
  // What was published while the connection was away is lost for subscribers: they are told once the answer to a
  // ping shows that the channels, which the client subscribed to again before it, are heard.
  listener.on('ready', () => void listener.ping().then(tellAll, () => undefined))

  return {
    async add(channels: readonly string[], mailbox: Mailbox<string>) {
      for (const channel of channels) {
        const set = mailboxes.get(channel) ?? new Set()
        mailboxes.set(channel, set.add(mailbox))
      }
      if (channels.length > 0) await listener.subscribe(...channels)
    },
    async remove(channels: readonly string[], mailbox: Mailbox<string>) {
      const unheard = channels.filter((channel) => {
        const set = mailboxes.get(channel)
        set?.delete(mailbox)
        return set?.size === 0
      })
      for (const channel of unheard) mailboxes.delete(channel)
      if (unheard.length > 0 && listener.status === 'ready') await listener.unsubscribe(...unheard)
    },
  }
}
