/** What a quick answer holds: nothing that would need a stream to read it back. */
export interface QuickParts {
  readonly status: number
  readonly head: Readonly<Record<string, string>>
  readonly content: string | Uint8Array<ArrayBuffer> | null
}

/**
 * A `Response` whose text or bytes the adapter writes without going through a body stream; it becomes a real one
 * only when somebody asks for more than status and content.
 */
class QuickResponse implements QuickParts {
  readonly status: number
  readonly head: Readonly<Record<string, string>>
  readonly content: QuickParts['content']
  #real: Response | undefined

  constructor(parts: QuickParts) {
    this.status = parts.status
    this.head = parts.head
    this.content = parts.content
  }

  get #response(): Response {
    this.#real ??= new Response(this.content, { status: this.status, headers: this.head })
    return this.#real
  }

  get headers() {
    return this.#response.headers
  }
  get ok() {
    return this.status >= 200 && this.status < 300
  }
  get statusText() {
    return this.#response.statusText
  }
  get body() {
    return this.#response.body
  }
  get bodyUsed() {
    return this.#response.bodyUsed
  }
  clone() {
    return this.#response.clone()
  }
  text() {
    return this.#response.text()
  }
  json() {
    return this.#response.json()
  }
  arrayBuffer() {
    return this.#response.arrayBuffer()
  }
  bytes() {
    return this.#response.bytes()
  }
  blob() {
    return this.#response.blob()
  }
}
Object.setPrototypeOf(QuickResponse.prototype, Response.prototype)

export const quickResponse = (parts: QuickParts): Response => new QuickResponse(parts) as unknown as Response

/** The parts of a quick answer that nobody has opened as a real `Response`; null for all others. */
export const quickPartsOf = (response: Response): QuickParts | null =>
  response instanceof QuickResponse ? response : null
