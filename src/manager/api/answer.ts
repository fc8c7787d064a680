import { quickResponse } from '../../lib/http/quick-response.ts'

/** What handlers return; made by the functions here and in sse.ts. */
export type Answer = Response

export const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  jsonText(JSON.stringify(value), status, headers)

/** What is JSON already. */
export const jsonText = (content: string, status = 200, headers: Record<string, string> = {}): Answer =>
  quickResponse({
    status,
    head: { 'content-type': 'application/json; charset=utf-8', ...headers },
    content,
  })

/** An answer without a body; some routes want 201. */
export const empty = (status: 200 | 201 | 202 | 204 = 204): Answer =>
  quickResponse({ status, head: {}, content: null })

export const noContent = (): Answer => empty(204)

export const text = (value: string, status = 200, type = 'text/plain; charset=utf-8'): Answer =>
  quickResponse({ status, head: { 'content-type': type }, content: value })

/** Bytes or a stream with its own type; a stream is sent with backpressure. */
export const raw = (
  body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>,
  headers: Record<string, string>,
): Answer =>
  body instanceof Uint8Array
    ? quickResponse({ status: 200, head: headers, content: body })
    : new Response(body, { headers })
