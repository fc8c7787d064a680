import { Readable } from 'node:stream'
import type { HttpEnv } from '../../lib/http/http-env.ts'
import { mayHaveBody } from '../../lib/http/request-body.ts'
import type { WebLogin } from '../login/web-session.ts'
import type { ManagerClient } from '../manager-client.ts'

/** Of the caller's headers, those that mean something to the manager; the rest concern this hop. */
const FORWARDED = [
  'content-type',
  'content-length',
  'accept',
  'accept-encoding',
  'range',
  'last-event-id',
  'x-backendai-version',
  'x-backendai-domain',
  'x-backendai-client-token',
  'x-method-override',
  'user-agent',
]
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'server',
  'set-cookie',
])

/** Who asked, and where, as the manager cannot see it itself. */
export const forwardedHeaders = (env: HttpEnv): Record<string, string> => ({
  // Appended, so that the manager can go back as far as it trusts the hops.
  'x-forwarded-for': [env.incoming.headers['x-forwarded-for'], env.remoteAddress]
    .flat()
    .filter(Boolean)
    .join(', '),
  'x-forwarded-host': env.rawHost,
  'x-forwarded-proto': 'http',
  'x-forwarded-prefix': '/func',
})

/** Passes one request to the manager, signed for `login`, and streams the answer back. */
export async function proxyHttp(
  env: HttpEnv,
  target: string,
  login: WebLogin | null,
  manager: ManagerClient,
): Promise<Response> {
  const headers = forwardedHeaders(env)
  for (const name of FORWARDED) {
    const value = env.incoming.headers[name]
    if (typeof value === 'string') headers[name] = value
  }
  const body = mayHaveBody(env.incoming) ? env.incoming : null
  const answer = await manager.send({ method: env.method, target, headers, login, body, signal: env.signal })
  const result = new Headers()
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined && !HOP_BY_HOP.has(name)) result.set(name, String(value))
  }
  const status = answer.statusCode ?? 502
  const hasBody = env.method !== 'HEAD' && status !== 204 && status !== 304
  if (!hasBody) answer.resume()
  const stream = hasBody ? (Readable.toWeb(answer) as unknown as ReadableStream<Uint8Array>) : null
  return new Response(stream, { status, headers: result })
}
