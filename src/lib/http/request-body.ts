import type { IncomingMessage } from 'node:http'

/** The body is larger than the route accepts. */
export class BodyTooLargeError extends Error {
  readonly maxBytes: number
  constructor(maxBytes: number) {
    super(`the request body is larger than ${maxBytes} bytes`)
    this.name = 'BodyTooLargeError'
    this.maxBytes = maxBytes
  }
}

/** The other side went away in the middle of its request. */
export class RequestAbortedError extends Error {
  constructor() {
    super('the client closed the connection before its request was complete')
    this.name = 'RequestAbortedError'
  }
}

const NOTHING = new Uint8Array(0)

/** False only when the head rules a body out: no length, no chunks. */
export const mayHaveBody = (incoming: IncomingMessage): boolean =>
  (incoming.headers['content-length'] ?? '0') !== '0' || incoming.headers['transfer-encoding'] !== undefined

/**
 * The whole body, of any method.
 * @throws BodyTooLargeError as soon as more than `maxBytes` are announced or have come.
 */
export function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  if (!mayHaveBody(incoming)) return Promise.resolve(NOTHING)
  if (Number(incoming.headers['content-length'] ?? 0) > maxBytes) {
    return Promise.reject(new BodyTooLargeError(maxBytes))
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBytes) {
        chunks.push(chunk)
        return
      }
      incoming.pause()
      reject(new BodyTooLargeError(maxBytes))
    })
    incoming.once('end', () =>
      resolve(chunks.length === 1 ? (chunks[0] ?? NOTHING) : Buffer.concat(chunks, size)),
    )
    incoming.once('error', reject)
    incoming.once('close', () => reject(new RequestAbortedError()))
  })
}

/** The body as a stream that reads no faster than its consumer. */
export function streamBody(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  const iterator = incoming[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await iterator.next()
      if (next.done) controller.close()
      else controller.enqueue(next.value)
    },
    async cancel() {
      await iterator.return?.()
    },
  })
}
