/** What handlers return; made only by the functions here and in sse.ts. */
export type Answer = Response

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' }

export const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  new Response(JSON.stringify(value), { status, headers: { ...JSON_TYPE, ...headers } })

/** 204, or 201 where the contract wants an empty one. */
export const empty = (status: 200 | 201 | 202 | 204 = 204): Answer => new Response(null, { status })

export const noContent = (): Answer => empty(204)

export const text = (value: string, status = 200, type = 'text/plain; charset=utf-8'): Answer =>
  new Response(value, { status, headers: { 'content-type': type } })

/** Bytes or a stream with its own type; a stream is sent with backpressure. */
export const raw = (
  body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>,
  headers: Record<string, string>,
): Answer => new Response(body, { status: 200, headers })
