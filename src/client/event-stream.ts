import type { Call } from './call.ts'
import type { Connection } from './connection.ts'
import { ApiError, UnreachableError } from './errors.ts'
import { parseEvents, type ServerEvent } from './sse.ts'
import { TransportError } from './transport.ts'

export interface EventStreamOptions {
  signal?: AbortSignal
  /** Events after this id are sent first. */
  lastEventId?: string
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>
  /** Pause before coming back after a broken stream, in ms; the server's `retry` replaces it. Default 500. */
  retryMs?: number
}

const MAX_PAUSE_MS = 15_000

/**
 * Opens an event stream: resolves once the server has accepted it, so that nothing after that is missed. The stream
 * comes back by Last-Event-ID when it breaks, and ends at `server_close` or when the signal aborts.
 */
export async function openEvents(
  connection: Connection,
  call: Call,
  options: EventStreamOptions,
): Promise<AsyncGenerator<ServerEvent>> {
  const { signal } = options
  let lastEventId = options.lastEventId
  let retryMs = options.retryMs ?? 500

  const open = async (): Promise<ReadableStream<Uint8Array>> => {
    const response = await connection.send({
      ...call,
      signal,
      headers: {
        Accept: 'text/event-stream',
        ...(lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId }),
      },
    })
    if (response.body) return response.body
    throw new ApiError(response.status, { title: 'The event stream is empty.' })
  }

  async function reopen(): Promise<ReadableStream<Uint8Array>> {
    for (let pause = retryMs; ; pause = Math.min(pause * 2, MAX_PAUSE_MS)) {
      await options.sleep(pause, signal)
      try {
        return await open()
      } catch (error) {
        if (!isTemporary(error)) throw error
      }
    }
  }

  async function* events(first: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
    for (let body = first; ; body = await reopen()) {
      try {
        for await (const event of parseEvents(body, (ms) => {
          retryMs = ms
        })) {
          lastEventId = event.id ?? lastEventId
          if (event.event === 'server_close') return
          yield event
        }
      } catch (error) {
        if (signal?.aborted) return
        if (!isBroken(error)) throw error
      }
      if (signal?.aborted) return
    }
  }

  return quietly(events(await open()), signal)
}

/** Ends without an error when the signal aborts while the stream waits. */
async function* quietly<T>(source: AsyncGenerator<T>, signal?: AbortSignal): AsyncGenerator<T> {
  try {
    yield* source
  } catch (error) {
    if (!signal?.aborted) throw error
  }
}

const isTemporary = (error: unknown): boolean =>
  error instanceof UnreachableError || (error instanceof ApiError && error.status >= 500)

// A body that breaks off rejects with whatever the runtime has; only our own errors and the consumer's are final.
const isBroken = (error: unknown): boolean =>
  error instanceof TransportError || (error instanceof Error && !(error instanceof ApiError))
