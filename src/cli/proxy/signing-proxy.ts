import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Signer } from '../../client/signer.ts'

export interface SigningProxyOptions {
  /** Of the managers; the next one is taken when one does not answer. */
  endpoints: readonly URL[]
  sign: Signer
  /** Sent where the caller names none: `v7.20230615`. */
  version: string
  domain: string
  /** Milliseconds since the epoch. */
  now(): number
  skipSslCertValidation: boolean
  host: string
  /** 0: any free one. */
  port: number
  /** Told about each answer: `GET /session 200`. */
  trace(line: string): void
}

export interface SigningProxy extends AsyncDisposable {
  readonly port: number
}

/** Not passed on: of one hop only, or made here. */
const OWN_HEADERS =
  /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|host|authorization|date|origin|referer|cookie)$/i

/** An HTTP server that signs whatever it gets and passes it to a manager: bodies, event streams and WebSockets. */
export async function openSigningProxy(options: SigningProxyOptions): Promise<SigningProxy> {
  let preferred = 0
  const server = http.createServer((request, response) => {
    forward(request, (upstream) => {
      if (request.headers['content-length'] === undefined && !request.headers['transfer-encoding'])
        upstream.end()
      else request.pipe(upstream)
    })
      .then((answer) => {
        options.trace(`${request.method} ${request.url} ${answer.statusCode}`)
        response.writeHead(answer.statusCode ?? 502, passedHeaders(answer.rawHeaders))
        answer.pipe(response)
        response.on('close', () => answer.destroy())
      })
      .catch((error: unknown) => refuse(response, error))
  })

  server.on('upgrade', (request: http.IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => {})
    forward(
      request,
      (upstream) => {
        upstream.on('upgrade', (answer, remote, first) => {
          socket.write(headOf(answer))
          socket.write(first)
          remote.write(head)
          remote.on('error', () => socket.destroy())
          socket.pipe(remote).pipe(socket)
          options.trace(`GET ${request.url} 101`)
        })
        upstream.end()
      },
      true,
    )
      .then((answer) => {
        socket.write(headOf(answer))
        answer.pipe(socket)
      })
      .catch(() => socket.destroy())
  })

  /** The answer of the first manager that can be reached. */
  async function forward(
    request: http.IncomingMessage,
    send: (upstream: http.ClientRequest) => void,
    isUpgrade = false,
  ): Promise<http.IncomingMessage> {
    checkCaller(request)
    for (let tried = 1; ; tried++) {
      const endpoint = options.endpoints[preferred] ?? options.endpoints[0]
      if (!endpoint) throw new Refusal(502, 'There is no endpoint.')
      try {
        return await ask(endpoint, request, send, isUpgrade)
      } catch (error) {
        preferred = (preferred + 1) % options.endpoints.length
        // A body that was begun to be sent is gone.
        const isGone = !(error instanceof NotConnected)
        if (isGone || tried >= options.endpoints.length) throw error
      }
    }
  }

  async function ask(
    endpoint: URL,
    request: http.IncomingMessage,
    send: (upstream: http.ClientRequest) => void,
    isUpgrade: boolean,
  ): Promise<http.IncomingMessage> {
    const path = endpoint.pathname.replace(/\/+$/, '') + targetOf(request.url ?? '/')
    const headers = { ...passedHeaders(request.rawHeaders), ...(await signed(endpoint, path, request)) }
    const upgrade = isUpgrade ? { connection: 'Upgrade', upgrade: 'websocket' } : {}
    const { request: open } = endpoint.protocol === 'https:' ? https : http
    return await new Promise((resolve, reject) => {
      const upstream = open({
        host: endpoint.hostname.replace(/^\[|\]$/g, ''),
        port: endpoint.port || (endpoint.protocol === 'https:' ? 443 : 80),
        method: request.method,
        path,
        headers: { ...headers, ...upgrade },
        rejectUnauthorized: !options.skipSslCertValidation,
        // A connection of its own for each request: none is found closed when a body is on its way.
        agent: false,
      })
      let isConnected = false
      upstream.on('socket', (socket) => {
        socket.once('connect', () => {
          isConnected = true
          send(upstream)
        })
      })
      upstream.on('response', resolve)
      upstream.on('error', (error) => reject(isConnected ? error : new NotConnected(endpoint, error)))
    })
  }

  async function signed(
    endpoint: URL,
    target: string,
    request: http.IncomingMessage,
  ): Promise<Record<string, string>> {
    const date = new Date(options.now()).toISOString()
    const version = String(request.headers['x-backendai-version'] ?? options.version)
    const contentType = request.headers['content-type'] ?? null
    const method = request.method ?? 'GET'
    const authorization = await options.sign({
      method,
      target,
      date,
      host: endpoint.host,
      contentType,
      version,
    })
    return {
      host: endpoint.host,
      date,
      authorization,
      'x-backendai-version': version,
      'x-backendai-domain': String(request.headers['x-backendai-domain'] ?? options.domain),
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

class Refusal extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

class NotConnected extends Refusal {
  constructor(endpoint: URL, cause: Error) {
    super(502, `${endpoint.origin} does not answer: ${cause.message}`)
  }
}

/** Web pages must not reach the manager with the key pair of who runs this, by whatever name they call it. */
function checkCaller({ headers }: http.IncomingMessage): void {
  const host = URL.parse(`http://${headers.host ?? ''}`)?.hostname ?? ''
  const isNamed = host !== 'localhost' && !/^[\d.]+$/.test(host) && !host.startsWith('[')
  const isForeign = headers.origin !== undefined && headers.origin !== `http://${headers.host}`
  if (isNamed || isForeign) throw new Refusal(403, 'Requests of web pages are not signed.')
}

/** `/v6/session` of older clients is `/session`. */
const targetOf = (target: string): string => target.replace(/^\/v\d+(?=[/?]|$)/, '') || '/'

function passedHeaders(raw: readonly string[]): Record<string, string | string[]> {
  const passed: Record<string, string | string[]> = {}
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [name = '', value = ''] = [raw[at]?.toLowerCase(), raw[at + 1]]
    if (OWN_HEADERS.test(name)) continue
    const before = passed[name]
    if (before === undefined) passed[name] = value
    else passed[name] = Array.isArray(before) ? [...before, value] : [before, value]
  }
  return passed
}

function headOf(answer: http.IncomingMessage): string {
  const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`]
  for (let at = 0; at + 1 < answer.rawHeaders.length; at += 2) {
    lines.push(`${answer.rawHeaders[at]}: ${answer.rawHeaders[at + 1]}`)
  }
  return `${lines.join('\r\n')}\r\n\r\n`
}

function refuse(response: http.ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const title = error instanceof Error ? error.message : String(error)
  const type = 'https://api.backend.ai/probs/general-error'
  response.writeHead(error instanceof Refusal ? error.status : 502, {
    'content-type': 'application/problem+json',
  })
  response.end(JSON.stringify({ type, title }))
}
