import type { ProblemDocument } from '../core/problem.ts'

/** A problem that the server reported (client-wire.md §1.6). */
export class ApiError extends Error {
  readonly status: number
  /** Full URI of the problem kind. */
  readonly type: string
  readonly title: string
  readonly msg: string | undefined
  readonly data: unknown
  /** `{type, title, exception?}` of a failure inside an agent. */
  readonly agentDetails: ProblemDocument['agent-details']

  constructor(status: number, document: Partial<ProblemDocument>) {
    const title = document.title ?? `HTTP status ${status}`
    super(document.msg === undefined || document.msg === title ? title : `${title} ${document.msg}`)
    this.name = 'ApiError'
    this.status = status
    this.type = document.type ?? 'https://api.backend.ai/probs/general-error'
    this.title = title
    this.msg = document.msg
    this.data = document.data
    this.agentDetails = document['agent-details']
  }

  /** The last piece of `type`: `object-not-found`. */
  get kind(): string {
    return this.type.slice(this.type.lastIndexOf('/') + 1)
  }

  /** Reads the problem document of a failed answer; any other body is quoted. */
  static async from(response: Response): Promise<ApiError> {
    const text = await response.text()
    const document = parseObject(text)
    if (document && (typeof document.title === 'string' || typeof document.type === 'string')) {
      return new ApiError(response.status, document)
    }
    const quoted = text
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim()
    const msg = quoted.slice(0, 300)
    return new ApiError(response.status, {
      title: `HTTP status ${response.status}${response.statusText ? ` (${response.statusText})` : ''}.`,
      ...(msg ? { msg } : {}),
    })
  }
}

function parseObject(text: string): Partial<ProblemDocument> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : null
  } catch {
    return null
  }
}

/** No endpoint answered. */
export class UnreachableError extends Error {
  readonly endpoints: readonly string[]
  /** Of the last attempt: `ECONNREFUSED`, `ENOTFOUND`… */
  readonly code: string

  constructor(endpoints: readonly string[], code: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause)
    super(`Cannot reach ${endpoints.join(', ')}: ${why}`, { cause })
    this.name = 'UnreachableError'
    this.endpoints = endpoints
    this.code = code
  }
}

/** A stream ended before its last message. */
export class ConnectionLostError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'ConnectionLostError'
  }
}
