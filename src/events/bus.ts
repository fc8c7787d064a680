import type { EventKind } from './define.ts'

/** An event as it travels. `id` is unique and, for events from the outbox, its growing sequence number as text. */
export interface BusEvent<Payload = unknown> {
  readonly id: string
  readonly name: string
  /** The role instance that produced it, e.g. an agent's id or `manager`. */
  readonly source: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly payload: Payload
}

export interface PublishOptions {
  id?: string
  source?: string
  /** When it happened, in milliseconds since the epoch. Default now. */
  at?: number
}

export interface SubscribeOptions {
  /** Events that wait for a slow handler beyond this many are dropped, and `onDropped` says how many. Default 1024. */
  buffer?: number
  /**
   * Called between the events before and after the gap. 0: the connection was lost, so an unknown number, maybe none.
   * Whoever remembers things by events forgets them here.
   */
  onDropped?: (count: number) => void
}

/**
 * THE shared event interface. Drivers: drivers/memory.ts (one process) and drivers/redis.ts (a cluster); one suite in
 * test/contract/events.test.ts runs against both.
 */
export interface EventBus extends AsyncDisposable {
  /** Resolves when the driver has taken the event durably (Redis) or queued it (memory). */
  publish<P>(kind: EventKind<P>, payload: P, options?: PublishOptions): Promise<void>
  /** Every process that subscribes sees each event published after it, in order, at most once. */
  subscribe<P>(
    kinds: readonly EventKind<P>[],
    handler: (event: BusEvent<P>) => void | Promise<void>,
    options?: SubscribeOptions,
  ): Promise<AsyncDisposable>
  /**
   * One member of `group` at a time handles each event, at least once: a handler that throws, or a process that dies,
   * has it delivered again. Handlers are idempotent by event id.
   */
  consume<P>(
    group: string,
    kinds: readonly EventKind<P>[],
    handler: (event: BusEvent<P>) => Promise<void>,
  ): Promise<AsyncDisposable>
}
