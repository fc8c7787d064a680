import type { IncomingMessage } from 'node:http'
import { mayHaveBody, readBody, streamBody } from './request-body.ts'

/**
 * A `Request` over a Node message: cheap to make, with the body of any method. What fetch-style code asks of a
 * request works; `url` holds the raw target, not a normalised one.
 */
class NodeRequest {
  readonly #incoming: IncomingMessage
  readonly #maxBytes: number
  readonly #abort: () => AbortSignal
  readonly url: string
  #headers: Headers | undefined
  #body: ReadableStream<Uint8Array> | null | undefined
  #isUsed = false

  constructor(incoming: IncomingMessage, origin: string, maxBytes: number, abort: () => AbortSignal) {
    this.#incoming = incoming
    this.#maxBytes = maxBytes
    this.#abort = abort
    const target = incoming.url ?? '/'
    this.url = target.startsWith('/') ? origin + target : target
  }

  get method(): string {
    return this.#incoming.method ?? 'GET'
  }

  get headers(): Headers {
    this.#headers ??= toHeaders(this.#incoming.rawHeaders)
    return this.#headers
  }

  get signal(): AbortSignal {
    return this.#abort()
  }

  get body(): ReadableStream<Uint8Array> | null {
    if (this.#body === undefined) {
      this.#body = mayHaveBody(this.#incoming) ? streamBody(this.#incoming) : null
      this.#isUsed = true
    }
    return this.#body
  }

  get bodyUsed(): boolean {
    return this.#isUsed
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return new Uint8Array(await this.bytes()).buffer
  }

  bytes(): Promise<Uint8Array> {
    if (this.#isUsed) return Promise.reject(new TypeError('the body was read already'))
    this.#isUsed = true
    return readBody(this.#incoming, this.#maxBytes)
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes())
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }

  async blob(): Promise<Blob> {
    return new Blob([await this.arrayBuffer()], { type: this.headers.get('content-type') ?? '' })
  }

  async formData(): Promise<FormData> {
    const type = this.headers.get('content-type') ?? ''
    return new Response(await this.arrayBuffer(), { headers: { 'content-type': type } }).formData()
  }
}
Object.setPrototypeOf(NodeRequest.prototype, Request.prototype)

function toHeaders(rawHeaders: readonly string[]): Headers {
  const headers = new Headers()
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    headers.append(rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '')
  }
  return headers
}

/** `maxBytes` bounds what the reading methods (not the stream) accept. */
export const nodeRequest = (
  incoming: IncomingMessage,
  origin: string,
  maxBytes: number,
  signal: () => AbortSignal,
): Request => new NodeRequest(incoming, origin, maxBytes, signal) as unknown as Request
