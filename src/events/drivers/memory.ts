import { type Clock, systemClock } from '../../lib/clock.ts'
import { createLogger, type Logger } from '../../lib/logger.ts'
import type { BusEvent, EventBus } from '../bus.ts'
import { type EventKind, kindsByName } from '../define.ts'
import { decodeEvent, encodeEvent } from '../envelope.ts'
import { createMailbox, DEFAULT_BUFFER } from './mailbox.ts'
import { type ConsumerGroup, createConsumerGroup } from './memory-group.ts'

export interface MemoryBusDeps {
  clock?: Clock
  log?: Logger
}

interface Subscriber {
  names: ReadonlySet<string>
  take(text: string): void
}

/** The bus of one process. Groups keep what waits for them while nobody is a member, up to a bound; it all ends with the process. */
export function createMemoryBus(deps: MemoryBusDeps = {}): EventBus {
  const { clock = systemClock, log = createLogger({ level: 'warn' }) } = deps
  const subscribers = new Set<Subscriber>()
  const groups = new Map<string, ConsumerGroup>()
  const open = new Set<AsyncDisposable>()
  let closed = false

  const assertOpen = () => {
    if (closed) throw new Error('the event bus is closed')
  }
  const untilClosed = (leave: () => Promise<void>): AsyncDisposable => {
    let left: Promise<void> | null = null
    const handle: AsyncDisposable = {
      [Symbol.asyncDispose]() {
        open.delete(handle)
        left ??= leave()
        return left
      },
    }
    open.add(handle)
    return handle
  }

  return {
    async publish(kind, payload, options = {}) {
      assertOpen()
      const text = encodeEvent(kind, payload, options, clock.now)
      for (const subscriber of subscribers) if (subscriber.names.has(kind.name)) subscriber.take(text)
      for (const group of groups.values()) group.offer(kind.name, text)
    },

    async subscribe(kinds, handler, options = {}) {
      assertOpen()
      const byName = kindsByName(kinds)
      const mailbox = createMailbox<string>({
        buffer: options.buffer ?? DEFAULT_BUFFER,
        onDropped: options.onDropped,
        handle: async (text) => handler(decodeEvent(byName, text)),
        log,
      })
      const subscriber: Subscriber = { names: new Set(byName.keys()), take: mailbox.put }
      subscribers.add(subscriber)
      return untilClosed(async () => {
        subscribers.delete(subscriber)
        await mailbox.close()
      })
    },

    async consume<P>(
      name: string,
      kinds: readonly EventKind<P>[],
      handler: (event: BusEvent<P>) => Promise<void>,
    ) {
      assertOpen()
      const byName = kindsByName(kinds)
      const group = groups.get(name) ?? createConsumerGroup({ name, clock, log })
      groups.set(name, group)
      const leave = group.join({
        names: new Set(byName.keys()),
        handle: async (text) => handler(decodeEvent(byName, text)),
      })
      return untilClosed(leave)
    },

    async [Symbol.asyncDispose]() {
      closed = true
      await Promise.all([...open].map((handle) => handle[Symbol.asyncDispose]()))
    },
  }
}
