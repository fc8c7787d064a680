import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { disposable } from '../dispose.ts'
import { portOwner } from '../port-owner.ts'
import type { HttpEnv } from './http-env.ts'
import { ListenError } from './listen-error.ts'
import { nodeRequest } from './node-request.ts'
import { RequestAbortedError, readBody } from './request-body.ts'
import { sendResponse } from './send-response.ts'
import { type ServerSocket, serverSocket } from './server-socket.ts'

export interface ServeOptions {
  /** Fetch style, e.g. `app.fetch` of hono. It should not throw: a throw is a bare 500. */
  fetch: (request: Request, env: HttpEnv) => Response | Promise<Response>
  host: string
  /** 0 takes a free one. */
  port: number
  /** Bounds what `request.json()` and its like accept; streams and `env.readBody` have their own bounds. */
  maxBodyBytes: number
  /** Largest WebSocket message; default 16 MiB. */
  maxMessageBytes?: number
  /** How long a stop waits for answers under way; default 2 s. */
  graceMs?: number
  /** Failures outside `fetch`: broken streams, handlers of sockets. */
  onError?: (error: unknown) => void
}

export interface HttpServing extends AsyncDisposable {
  readonly port: number
}

type SocketHandler = (socket: ServerSocket) => Promise<void>

/**
 * HTTP/1.1 where official clients speak (architecture, decision 11): bodies on any method, raw target and Host,
 * streams with backpressure, upgrades after authorisation, no idle cut.
 * @throws ListenError that names the port and, where it can be told, the process that holds it.
 */
export async function serveHttp(options: ServeOptions): Promise<HttpServing> {
  const stopping = new AbortController()
  const accepted = new WeakMap<Response, SocketHandler>()
  const sockets = new Set<WebSocket>()
  const webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: options.maxMessageBytes ?? 16 * 1024 * 1024,
  })
  const report = options.onError ?? (() => {})

  const server = createServer((incoming, outgoing) => {
    const signal = lazySignal(stopping.signal, (abort) =>
      outgoing.once('close', () => {
        if (!outgoing.writableFinished) abort()
      }),
    )
    const env = environment(incoming, signal, null)
    const request = nodeRequest(incoming, originOf(env), options.maxBodyBytes, signal)
    void answer(options.fetch, request, env, report).then((response) => {
      // What is left of an unread body would be taken for the next request.
      if (!incoming.complete) env.responseHeaders.connection = 'close'
      return sendResponse(outgoing, response, env.responseHeaders).catch(report)
    })
  })

  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const signal = lazySignal(stopping.signal, (abort) => socket.once('close', abort))
    const env = environment(incoming, signal, (handler) => {
      const response = new Response(null)
      accepted.set(response, handler)
      return response
    })
    const request = nodeRequest(incoming, originOf(env), options.maxBodyBytes, signal)
    void answer(options.fetch, request, env, report).then(async (response) => {
      const handler = accepted.get(response)
      if (!handler) {
        await refuseUpgrade(socket, env.method, response, env.responseHeaders).catch(report)
        return
      }
      webSockets.handleUpgrade(incoming, socket as Socket, head, (webSocket) => {
        sockets.add(webSocket)
        webSocket.once('close', () => sockets.delete(webSocket))
        void runSocket(webSocket, handler, report)
      })
    })
  })

  Object.assign(server, { requestTimeout: 0, timeout: 0, keepAliveTimeout: 75_000 })
  await listen(server, options.host, options.port)
  const { port } = server.address() as AddressInfo

  return {
    port,
    ...disposable(async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
      stopping.abort(new Error('the server is stopping'))
      for (const webSocket of sockets) webSocket.close(1001, 'the server is stopping')
      server.closeIdleConnections()
      const timer = setTimeout(() => {
        for (const webSocket of sockets) webSocket.terminate()
        server.closeAllConnections()
      }, options.graceMs ?? 2000)
      await closed
      clearTimeout(timer)
    }),
  }
}

const originOf = (env: HttpEnv): string => `http://${env.rawHost || 'localhost'}`

function environment(
  incoming: IncomingMessage,
  signal: () => AbortSignal,
  upgrade: HttpEnv['upgrade'],
): HttpEnv {
  return {
    incoming,
    rawTarget: incoming.url ?? '/',
    rawHost: incoming.headers.host ?? '',
    remoteAddress: incoming.socket.remoteAddress ?? '',
    responseHeaders: {},
    method: incoming.method ?? 'GET',
    get signal() {
      return signal()
    },
    readBody: (maxBytes) => readBody(incoming, maxBytes),
    upgrade,
  }
}

async function answer(
  fetch: ServeOptions['fetch'],
  request: Request,
  env: HttpEnv,
  report: (error: unknown) => void,
): Promise<Response> {
  try {
    return await fetch(request, env)
  } catch (error) {
    if (!(error instanceof RequestAbortedError)) report(error)
    return new Response(null, { status: 500 })
  }
}

/** Most handlers never ask for the signal, and making one for each request costs more than routing it. */
function lazySignal(stopping: AbortSignal, watch: (abort: () => void) => void): () => AbortSignal {
  let signal: AbortSignal | undefined
  return () => {
    if (signal) return signal
    const controller = new AbortController()
    watch(() => controller.abort(new RequestAbortedError()))
    signal = AbortSignal.any([controller.signal, stopping])
    return signal
  }
}

async function runSocket(webSocket: WebSocket, handler: SocketHandler, report: (error: unknown) => void) {
  const socket = serverSocket(webSocket)
  try {
    await handler(socket)
    socket.close(1000)
  } catch (error) {
    report(error)
    socket.close(1011, 'internal error')
  }
}

/** Any other answer than the upgrade: written as it comes, ended with the connection; none of it for HEAD. */
async function refuseUpgrade(
  socket: Duplex,
  method: string,
  response: Response,
  extra: Record<string, string>,
): Promise<void> {
  const headers = { ...extra, ...Object.fromEntries(response.headers), connection: 'close' }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`HTTP/1.1 ${response.status} Refused\r\n${lines.join('')}\r\n`)
  const reader = response.body?.getReader()
  const leave = () => void reader?.cancel().catch(() => {})
  socket.once('close', leave)
  if (method === 'HEAD') leave()
  for (;;) {
    const part = await reader?.read()
    if (!part || part.done) break
    if (!socket.write(part.value)) {
      await new Promise<void>((resolve) => socket.once('drain', resolve).once('close', resolve))
    }
  }
  socket.end()
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, () => {
        server.removeListener('error', reject)
        resolve()
      })
    })
  } catch (cause) {
    throw await listenError(cause, host, port)
  }
}

async function listenError(cause: unknown, host: string, port: number): Promise<ListenError> {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
  const where = `cannot listen at ${host.includes(':') ? `[${host}]` : host}:${port}`
  const fail = (message: string, wrong: boolean) => new ListenError(message, { host, port }, { wrong, cause })
  if (code === 'EADDRINUSE') {
    const owner = await portOwner(port)
    const who = owner ? `process ${owner.pid} (${owner.command})` : 'another process'
    return fail(`port ${port} on ${host} is taken by ${who}`, false)
  }
  if (code === 'EACCES') return fail(`${where}: this user may not take that port`, true)
  return fail(`${where}: this machine has no such address (${code})`, true)
}
