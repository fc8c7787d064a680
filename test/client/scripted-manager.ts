import { createHmac } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { parseAuthorization, signingDay, signingKey, stringToSign, toHex } from '../../src/api/signature.ts'

export const ACCESS_KEY = 'AKIAIOSFODNN7EXAMPLE'
export const SECRET_KEY = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'

/** One request as it arrived. */
export interface Recorded {
  method: string
  /** Path and query as sent. */
  target: string
  path: string
  query: URLSearchParams
  headers: http.IncomingHttpHeaders
  body: Uint8Array
  json: () => Record<string, unknown>
  isSigned: boolean
}

type Handler = (request: Recorded) => Response | Promise<Response>
type SocketHandler = (socket: WebSocket, request: Recorded) => void | Promise<void>

/** A real HTTP server whose answers a test scripts; it records every request and refuses wrong signatures. */
export interface ScriptedManager extends AsyncDisposable {
  readonly endpoint: string
  readonly requests: Recorded[]
  /** `on('GET /session/abc', …)`; `*` stands for one segment. Later ones win. */
  on(route: string, handler: Handler): void
  onSocket(path: string, handler: SocketHandler): void
  requestsOf(route: string): Recorded[]
}

export const json = (value: unknown, status = 200): Response =>
  new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json' } })

export const problem = (status: number, kind: string, title: string, rest: object = {}): Response =>
  new Response(JSON.stringify({ type: `https://api.backend.ai/probs/${kind}`, title, ...rest }), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  })

/** An event stream of these frames; open ones stay open until the client leaves. */
export function eventStream(frames: readonly string[], end: 'close' | 'stay' = 'close'): Response {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const frame of frames) controller.enqueue(encoder.encode(frame))
      if (end === 'close') controller.close()
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

const hmac = (key: string | Uint8Array, data: string): Uint8Array =>
  createHmac('sha256', key).update(data).digest()

export async function startScriptedManager(): Promise<ScriptedManager> {
  const requests: Recorded[] = []
  const handlers: { pattern: RegExp; handler: Handler }[] = []
  const sockets: { pattern: RegExp; handler: SocketHandler }[] = []
  const server = http.createServer(async (incoming, outgoing) => {
    const request = await record(incoming)
    requests.push(request)
    await send(await answer(request), outgoing)
  })
  const upgrader = new WebSocketServer({ noServer: true })

  async function answer(request: Recorded): Promise<Response> {
    if (request.target === '/' && !request.headers.authorization) {
      return json({ version: 'v7.20230615', manager: '23.09.11' })
    }
    if (!request.isSigned) return problem(401, 'auth-failed', 'Credential/signature mismatch.')
    const line = `${request.method} ${request.path}`
    const found = handlers.findLast(({ pattern }) => pattern.test(line))
    return found ? found.handler(request) : problem(404, 'url-not-found', 'Unknown URL path.')
  }

  server.on('upgrade', async (incoming: http.IncomingMessage, socket: Duplex, head: Buffer) => {
    const request = recordHead(incoming, new Uint8Array())
    requests.push(request)
    const found = sockets.findLast(({ pattern }) => pattern.test(request.path))
    if (!found || !request.isSigned) {
      const refused = request.isSigned
        ? problem(404, 'object-not-found', 'No such session.')
        : problem(401, 'auth-failed', 'Credential/signature mismatch.')
      const body = await refused.text()
      socket.end(
        `HTTP/1.1 ${refused.status} Refused\r\nContent-Type: application/problem+json\r\n` +
          `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
      )
      return
    }
    upgrader.handleUpgrade(incoming, socket, head, (ws) => void found.handler(ws, request))
  })

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    requests,
    on: (route, handler) => void handlers.push({ pattern: patternOf(route), handler }),
    onSocket: (path, handler) => void sockets.push({ pattern: patternOf(path), handler }),
    requestsOf: (route) => requests.filter(({ method, path }) => patternOf(route).test(`${method} ${path}`)),
    async [Symbol.asyncDispose]() {
      for (const ws of upgrader.clients) ws.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const patternOf = (route: string): RegExp =>
  new RegExp(`^${route.replace(/[.?+^$()[\]{}|\\]/g, '\\$&').replaceAll('*', '[^/]+')}$`)

async function record(incoming: http.IncomingMessage): Promise<Recorded> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return recordHead(incoming, new Uint8Array(Buffer.concat(chunks)))
}

function recordHead(incoming: http.IncomingMessage, body: Uint8Array): Recorded {
  const { method = '', url: target = '', headers } = incoming
  const url = new URL(target, 'http://localhost')
  return {
    method,
    target,
    path: decodeURIComponent(url.pathname),
    query: url.searchParams,
    headers,
    body,
    json: () => JSON.parse(new TextDecoder().decode(body)) as Record<string, unknown>,
    isSigned: isSigned(method, target, headers),
  }
}

function isSigned(method: string, target: string, headers: http.IncomingHttpHeaders): boolean {
  const authorization = parseAuthorization(headers.authorization ?? '')
  const date = headers.date ?? ''
  const day = signingDay(date)
  if (!authorization || day === null || authorization.accessKey !== ACCESS_KEY) return false
  const host = headers.host ?? ''
  const text = stringToSign({
    method,
    target,
    date,
    host,
    contentType: headers['content-type'] ?? null,
    version: String(headers['x-backendai-version']),
  })
  return toHex(hmac(signingKey(hmac, SECRET_KEY, day, host), text)) === authorization.signature
}

async function send(response: Response, outgoing: http.ServerResponse): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  outgoing.flushHeaders()
  const reader = response.body?.getReader()
  outgoing.on('close', () => void reader?.cancel().catch(() => {}))
  while (reader) {
    const { done, value } = await reader.read()
    if (done) break
    outgoing.write(value)
  }
  outgoing.end()
}
