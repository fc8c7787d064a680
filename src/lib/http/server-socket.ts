import type { RawData, WebSocket } from 'ws'

/** The server's end of one WebSocket. A close by the other side ends `messages`; it never throws for that. */
export interface ServerSocket {
  /** Text frames as strings, binary frames as bytes; reading slowly slows the sender. Iterate it once. */
  readonly messages: AsyncIterable<string | Uint8Array>
  /** Resolves when the frame has left for the kernel's buffer; silently dropped once closed. */
  send(data: string | Uint8Array): Promise<void>
  /** What arrives from then on, or waits to be read, is dropped. */
  close(code?: number, reason?: string): void
  /** Resolves once closed, with the code of the other side (1006 without a close frame). */
  readonly closed: Promise<number>
  /** Aborted once closed. */
  readonly signal: AbortSignal
}

/** Received frames beyond this many wait in the socket. */
const HIGH_WATER = 64

export function serverSocket(socket: WebSocket): ServerSocket {
  const queue: (string | Uint8Array)[] = []
  const ended = new AbortController()
  let wake: (() => void) | null = null
  const { promise: closed, resolve: resolveClosed } = Promise.withResolvers<number>()

  socket.on('message', (data: RawData, isBinary: boolean) => {
    if (socket.readyState !== socket.OPEN) return
    const bytes = toBytes(data)
    queue.push(isBinary ? bytes : new TextDecoder().decode(bytes))
    if (queue.length >= HIGH_WATER) socket.pause()
    wake?.()
  })
  socket.on('close', (code: number) => {
    resolveClosed(code)
    ended.abort(new Error('the WebSocket was closed'))
    wake?.()
  })
  socket.on('error', () => socket.terminate())

  async function* messages() {
    while (true) {
      const next = queue.shift()
      if (next !== undefined) {
        if (queue.length < HIGH_WATER / 2 && socket.isPaused) socket.resume()
        yield next
        continue
      }
      if (ended.signal.aborted) return
      await new Promise<void>((resolve) => {
        wake = resolve
      })
      wake = null
    }
  }

  return {
    messages: messages(),
    closed,
    signal: ended.signal,
    close(code, reason) {
      queue.length = 0
      // A paused socket would never read the other side's answer.
      if (socket.isPaused) socket.resume()
      socket.close(code ?? 1000, reason)
    },
    send: (data) =>
      new Promise((resolve) => {
        if (socket.readyState !== socket.OPEN) {
          resolve()
          return
        }
        socket.send(data, { binary: typeof data !== 'string' }, () => resolve())
      }),
  }
}

function toBytes(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data)
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data
}
