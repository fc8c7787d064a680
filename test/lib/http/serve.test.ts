import { afterAll, beforeAll, expect, test } from 'bun:test'
import { request } from 'node:http'
import { connect } from 'node:net'
import { Hono } from 'hono'
import type { HttpEnv } from '../../../src/lib/http/http-env.ts'
import { quickResponse } from '../../../src/lib/http/quick-response.ts'
import { BodyTooLargeError } from '../../../src/lib/http/request-body.ts'
import { type HttpServing, serveHttp } from '../../../src/lib/http/serve.ts'

let serving: HttpServing
const aborted = Promise.withResolvers<void>()
const pulled = { bytes: 0 }

beforeAll(async () => {
  const app = new Hono<{ Bindings: HttpEnv }>()
  app.all('/echo', async (c) => {
    try {
      const body = new TextDecoder().decode(await c.env.readBody(1000))
      const { rawTarget, rawHost, method } = c.env
      c.env.responseHeaders['x-extra'] = 'yes'
      return quickResponse({
        status: 200,
        head: { 'content-type': 'application/json' },
        content: JSON.stringify({ body, rawTarget, rawHost, method }),
      })
    } catch (error) {
      return c.text('too large', error instanceof BodyTooLargeError ? 413 : 500)
    }
  })
  app.post('/json', async (c) => c.json({ got: await c.req.json() }))
  app.get('/endless', (c) => {
    c.env.signal.addEventListener('abort', () => aborted.resolve())
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled.bytes += 65_536
        controller.enqueue(new Uint8Array(65_536))
      },
    })
    return new Response(body)
  })
  app.get('/socket', (c) => {
    if (c.req.query('token') !== 'good') return c.json({ title: 'no' }, 401)
    if (!c.env.upgrade) return c.text('not a WebSocket', 400)
    return c.env.upgrade(async (socket) => {
      for await (const message of socket.messages) {
        if (message === 'bye') return
        await socket.send(message)
      }
    })
  })
  serving = await serveHttp({
    fetch: app.fetch,
    host: '127.0.0.1',
    port: 0,
    maxBodyBytes: 1000,
  })
})
afterAll(() => serving[Symbol.asyncDispose]())

interface Got {
  status: number
  headers: Record<string, unknown>
  body: string
}
function call(method: string, path: string, body?: string): Promise<Got> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
    const outgoing = request({ host: '127.0.0.1', port: serving.port, method, path, headers }, (incoming) => {
      let text = ''
      incoming.on('data', (chunk) => {
        text += chunk
      })
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text }),
      )
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

for (const method of ['GET', 'DELETE', 'POST', 'PATCH']) {
  test(`the body of a ${method} arrives, with the raw target`, async () => {
    const { body, headers } = await call(method, '/echo?scope=*&a=%2f', '{"a":1}')
    expect(JSON.parse(body)).toEqual({
      body: '{"a":1}',
      rawTarget: '/echo?scope=*&a=%2f',
      rawHost: `127.0.0.1:${serving.port}`,
      method,
    })
    expect(headers['x-extra']).toBe('yes')
  })
}

test('the methods of Request work', async () => {
  expect((await call('POST', '/json', '{"a":1}')).body).toBe('{"got":{"a":1}}')
})

test('HEAD has the head of GET and no body', async () => {
  const { status, body } = await call('HEAD', '/echo')
  expect([status, body]).toEqual([200, ''])
})

test('a body beyond the bound is refused, and the connection still answers', async () => {
  const { status, headers } = await call('POST', '/echo', 'x'.repeat(1001))
  expect(status).toBe(413)
  expect(headers.connection).toBe('close')
})

test('a chunked body beyond the bound is refused too', async () => {
  const socket = connect(serving.port, '127.0.0.1')
  const chunk = `3e8\r\n${'y'.repeat(1000)}\r\n`
  socket.write(
    `POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}${chunk}0\r\n\r\n`,
  )
  const [first] = await new Promise<Buffer[]>((resolve) =>
    socket.once('data', (data: Buffer) => resolve([data])),
  )
  expect(String(first)).toStartWith('HTTP/1.1 413')
  socket.destroy()
})

test('a stream waits for a slow reader, and ends when the reader leaves', async () => {
  const socket = connect(serving.port, '127.0.0.1')
  socket.write('GET /endless HTTP/1.1\r\nHost: h\r\n\r\n')
  await new Promise((resolve) => socket.once('data', resolve))
  socket.pause()
  let before = -1
  while (before !== pulled.bytes) {
    before = pulled.bytes
    for (let turn = 0; turn < 500; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  }
  expect(pulled.bytes).toBeLessThan(32 * 1024 * 1024)
  socket.destroy()
  await aborted.promise
})

test('WebSockets: refusal is plain HTTP, then echo, then close', async () => {
  const refused = await fetch(`http://127.0.0.1:${serving.port}/socket`, {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    },
  })
  expect([refused.status, await refused.json()]).toEqual([401, { title: 'no' }])

  const socket = new WebSocket(`ws://127.0.0.1:${serving.port}/socket?token=good`)
  socket.binaryType = 'arraybuffer'
  const got: unknown[] = []
  const closed = new Promise<number>((resolve) => {
    socket.onclose = (event) => resolve(event.code)
  })
  socket.onopen = () => {
    socket.send('text')
    socket.send(new Uint8Array([1, 2]))
    socket.send('bye')
  }
  socket.onmessage = (event) =>
    got.push(event.data instanceof ArrayBuffer ? [...new Uint8Array(event.data)] : event.data)
  expect(await closed).toBe(1000)
  expect(got).toEqual(['text', [1, 2]])
})

test('a taken port names its owner', async () => {
  const again = serveHttp({
    fetch: () => new Response(),
    host: '127.0.0.1',
    port: serving.port,
    maxBodyBytes: 1,
  })
  await expect(again).rejects.toThrow(
    `port ${serving.port} on 127.0.0.1 is taken by process ${process.pid} (`,
  )
})

test('stopping ends open streams and sockets', async () => {
  const own = await serveHttp({
    fetch: (_request, env) =>
      env.upgrade?.(async (socket) => {
        for await (const _ of socket.messages);
      }) ?? new Response(new ReadableStream()),
    host: '127.0.0.1',
    port: 0,
    maxBodyBytes: 1,
    graceMs: 50,
  })
  const socket = new WebSocket(`ws://127.0.0.1:${own.port}/`)
  const closed = new Promise<number>((resolve) => {
    socket.onclose = (event) => resolve(event.code)
  })
  await new Promise((resolve) => {
    socket.onopen = resolve
  })
  const streaming = await fetch(`http://127.0.0.1:${own.port}/`)
  await own[Symbol.asyncDispose]()
  expect(await closed).toBe(1001)
  await expect(streaming.text()).rejects.toThrow()
})

test('what refuses an upgrade comes as it is written, and without a body for HEAD', async () => {
  const ask = (method: string, path: string): Promise<string> =>
    new Promise((resolve, reject) => {
      let text = ''
      const socket = connect(serving.port, '127.0.0.1', () =>
        socket.write(
          `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
        ),
      )
      socket.on('error', reject)
      socket.on('close', () => resolve(text))
      socket.on('data', (chunk) => {
        text += chunk
        if (text.length > 500_000) socket.destroy()
      })
    })
  expect(await ask('GET', '/socket')).toEndWith('{"title":"no"}')
  expect(await ask('HEAD', '/socket')).toMatch(/^HTTP\/1\.1 401 [^{]*\r\n\r\n$/)
  expect((await ask('GET', '/endless')).length).toBeGreaterThan(500_000)
})
