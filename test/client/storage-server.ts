import http from 'node:http'
import type { AddressInfo } from 'node:net'

export interface StorageServer extends AsyncDisposable {
  readonly url: string
  /** `PATCH 0 5`: method, offset or range, bytes of the body. */
  readonly seen: string[]
  content: Buffer
  /** The next answers break off after this many bytes of theirs, or of the request's body. */
  readonly breaks: number[]
  lastModified: string
}

/** The client-facing side of a storage proxy with one file, by tus and by ranges, that can break off. */
export async function startStorageServer(): Promise<StorageServer> {
  const state = {
    seen: [] as string[],
    content: Buffer.alloc(0),
    breaks: [] as number[],
    lastModified: 'Sat, 21 Nov 2026 08:00:00 GMT',
  }
  const server = http.createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (url.searchParams.get('token') !== 'ticket') return void response.writeHead(400).end('bad token')
    if (request.method === 'GET') return download(request, response)
    const limit = request.method === 'PATCH' ? state.breaks.shift() : undefined
    const offset = Number(request.headers['upload-offset'] ?? 0)
    let body = Buffer.alloc(0)
    for await (const chunk of request) body = Buffer.concat([body, chunk])
    state.seen.push(
      `${request.method} ${request.method === 'PATCH' ? offset : ''} ${body.length}`.replace(/ +/g, ' '),
    )
    if (request.method === 'PATCH') {
      if (offset !== state.content.length) return void response.writeHead(409).end()
      state.content = Buffer.concat([state.content, body.subarray(0, limit ?? body.length)])
    }
    if (limit !== undefined) return void response.destroy()
    response.writeHead(request.method === 'PATCH' ? 204 : 200, {
      'Upload-Offset': String(state.content.length),
      'Tus-Resumable': '1.0.0',
    })
    response.end()
  })

  function download(request: http.IncomingMessage, response: http.ServerResponse): void {
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')
    const isSame = request.headers['if-range'] === state.lastModified
    const from = range && isSame ? Number(range[1]) : 0
    state.seen.push(`GET ${request.headers.range ?? ''}`.trim())
    const piece = state.content.subarray(from)
    response.writeHead(from > 0 ? 206 : 200, {
      'Content-Length': String(piece.length),
      'Last-Modified': state.lastModified,
    })
    const limit = state.breaks.shift()
    if (limit === undefined) return void response.end(piece)
    response.write(piece.subarray(0, limit), () => response.socket?.destroySoon())
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/files`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}
