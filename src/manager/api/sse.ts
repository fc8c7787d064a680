import type { Answer } from './answer.ts'

/** One server-sent event; `data` goes out as JSON. */
export interface SseEvent {
  event: string
  data: unknown
  /** What a reconnecting client gives back as Last-Event-ID. */
  id?: string
}

export interface SseOptions {
  /** Aborted: the stream ends without `server_close`, so that the client reconnects. */
  signal: AbortSignal
  /**
   * Pause between the head and the first event, in ms: the official client's progress viewer dies when both arrive in
   * one read (client-wire.md §3.7). 100 for background tasks.
   */
  firstEventDelayMs?: number
  /** Comment lines keep proxies from cutting an idle stream; default every 15 s. */
  heartbeatMs?: number
}

const END = { event: 'server_close', data: {} } as const

/**
 * An event stream: every event of `events`, then `server_close`, at which clients stop. When `events` throws, the
 * stream breaks off without it and clients come back. A client that leaves ends the iteration.
 */
export function sse(events: AsyncIterable<SseEvent>, options: SseOptions): Answer {
  const iterator = events[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  let heartbeat: ReturnType<typeof setInterval> | undefined
  let isOver = false

  const finish = () => {
    isOver = true
    clearInterval(heartbeat)
    options.signal.removeEventListener('abort', onAbort)
  }
  let onAbort = () => {}

  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(encoder.encode(': connected\n\n'))
      onAbort = () => {
        if (isOver) return
        finish()
        controller.close()
        void iterator.return?.()
      }
      options.signal.addEventListener('abort', onAbort)
      if (options.signal.aborted) {
        onAbort()
        return
      }
      heartbeat = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(': alive\n\n'))
      }, options.heartbeatMs ?? 15_000)
      if (options.firstEventDelayMs) await Bun.sleep(options.firstEventDelayMs)
    },
    async pull(controller) {
      if (isOver) return
      try {
        const next = await iterator.next()
        if (isOver) return
        controller.enqueue(encoder.encode(frame(next.done ? END : next.value)))
        if (!next.done) return
        finish()
        controller.close()
      } catch (error) {
        if (isOver) return
        finish()
        controller.error(error)
      }
    },
    async cancel() {
      finish()
      await iterator.return?.()
    },
  })
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    },
  })
}

function frame(event: SseEvent): string {
  const id = event.id === undefined ? '' : `id: ${event.id}\n`
  return `event: ${event.event}\n${id}data: ${JSON.stringify(event.data)}\n\n`
}
