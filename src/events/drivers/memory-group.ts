import type { Clock } from '../../lib/clock.ts'
import type { Logger } from '../../lib/logger.ts'
import { redeliveryDelay } from './backoff.ts'

/** Events that one group may have waiting; the oldest go first, as from a Redis stream. */
const MAX_WAITING = 10_000

export interface GroupMember {
  names: ReadonlySet<string>
  handle(text: string): Promise<void>
}

/** Members that share the events of the kinds that any of them has asked for. */
export interface ConsumerGroup {
  offer(name: string, text: string): void
  /** Returns how to leave: it waits for the event in hand. */
  join(member: GroupMember): () => Promise<void>
}

interface Delivery {
  name: string
  text: string
  failures: number
  /** Before this time it waits for its next attempt. */
  dueAt: number
}

export function createConsumerGroup(options: { name: string; clock: Clock; log: Logger }): ConsumerGroup {
  const { name: group, clock, log } = options
  const names = new Set<string>()
  const members = new Set<{ wake(): void }>()
  const waiting: Delivery[] = []

  const add = (delivery: Delivery) => {
    waiting.push(delivery)
    if (waiting.length > MAX_WAITING) {
      waiting.shift()
      log.warn({ group }, 'a group of consumers is far behind: its oldest event is dropped')
    }
    for (const member of members) member.wake()
  }
  const takeDue = (member: GroupMember): Delivery | null => {
    const now = clock.now()
    const at = waiting.findIndex((delivery) => member.names.has(delivery.name) && delivery.dueAt <= now)
    return at === -1 ? null : (waiting.splice(at, 1)[0] ?? null)
  }
  const redeliverLater = (delivery: Delivery, error: unknown) => {
    const failures = delivery.failures + 1
    log.warn(
      { group, event: delivery.name, failures, err: error },
      'a consumer failed; it gets the event again',
    )
    add({ ...delivery, failures, dueAt: clock.now() + redeliveryDelay(failures) })
  }

  return {
    offer(name, text) {
      if (names.has(name)) add({ name, text, failures: 0, dueAt: 0 })
    },

    join(member) {
      for (const name of member.names) names.add(name)
      const stop = new AbortController()
      let running: Promise<void> | null = null
      const run = async () => {
        await null
        while (!stop.signal.aborted) {
          const delivery = takeDue(member)
          if (delivery === null) break
          try {
            await member.handle(delivery.text)
          } catch (error) {
            redeliverLater(delivery, error)
          }
        }
        running = null
        wakeWhenDue()
      }
      let alarmAt = Number.POSITIVE_INFINITY
      /** Whoever found nothing due comes back for what is due later. */
      const wakeWhenDue = () => {
        const later = waiting.filter(({ name }) => member.names.has(name)).map(({ dueAt }) => dueAt)
        const next = Math.min(...later)
        if (stop.signal.aborted || next >= alarmAt) return
        alarmAt = next
        const ring = () => {
          alarmAt = Number.POSITIVE_INFINITY
          self.wake()
        }
        clock.sleep(next - clock.now(), stop.signal).then(ring, () => undefined)
      }
      const self = {
        wake() {
          if (!stop.signal.aborted) running ??= run()
        },
      }
      members.add(self)
      self.wake()
      return async () => {
        stop.abort()
        members.delete(self)
        await running
        for (const other of members) other.wake()
      }
    },
  }
}
