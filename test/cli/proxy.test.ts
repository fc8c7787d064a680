import { afterEach, beforeEach, expect, test } from 'bun:test'
import http from 'node:http'
import { WebSocket } from 'ws'
import { nodeCrypto } from '../../src/cli/node-crypto.ts'
import { openSigningProxy, type SigningProxy } from '../../src/cli/proxy/signing-proxy.ts'
import { createCliTransport } from '../../src/cli/transport.ts'
import { createClient } from '../../src/client/client.ts'
import { createSigner } from '../../src/client/signer.ts'
import {
  ACCESS_KEY,
  eventStream,
  json,
  type ScriptedManager,
  SECRET_KEY,
  startScriptedManager,
} from '../client/scripted-manager.ts'

let manager: ScriptedManager
let proxy: SigningProxy

/** `endpoints` before the manager's. */
const open = (...endpoints: string[]): Promise<SigningProxy> =>
  openSigningProxy({
    endpoints: [...endpoints, manager.endpoint].map((endpoint) => new URL(endpoint)),
    sign: createSigner(ACCESS_KEY, SECRET_KEY, nodeCrypto),
    version: 'v7.20230615',
    domain: 'dom',
    now: Date.now,
    skipSslCertValidation: false,
    host: '127.0.0.1',
    port: 0,
    trace: () => {},
  })

beforeEach(async () => {
  manager = await startScriptedManager()
  manager.on('GET /auth', (request) => json({ echo: request.body.length > 0 ? request.json().echo : null }))
  manager.on('POST /session', (request) =>
    json({ name: request.json().name, domain: request.headers['x-backendai-domain'] }),
  )
  proxy = await open()
})
afterEach(async () => {
  await proxy[Symbol.asyncDispose]()
  await manager[Symbol.asyncDispose]()
})

function ask(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const options = { host: '127.0.0.1', port: proxy.port, method, path, headers }
    const request = http.request(options, async (answer) => {
      let text = ''
      for await (const chunk of answer) text += chunk
      resolve({ status: answer.statusCode ?? 0, text })
    })
    request.on('error', reject)
    request.end(body)
  })
}

const JSON_TYPE = { 'content-type': 'application/json' }

test('requests of every kind are signed, those of older clients with their version too', async () => {
  expect(await ask('POST', '/session', '{"name":"a"}', JSON_TYPE)).toEqual({
    status: 200,
    text: '{"name":"a","domain":"dom"}',
  })
  const length = { 'content-length': '16' }
  expect(await ask('GET', '/v6/auth', '{"echo":"hello"}', { ...JSON_TYPE, ...length })).toEqual({
    status: 200,
    text: '{"echo":"hello"}',
  })
  expect((await ask('GET', '/nothing?a=%2F')).status).toBe(404)
  expect(manager.requests.at(-1)?.target).toBe('/nothing?a=%2F')
  expect(manager.requests.filter(({ isSigned }) => !isSigned)).toEqual([])
})

test('the next manager answers when one is away', async () => {
  await proxy[Symbol.asyncDispose]()
  proxy = await open('http://127.0.0.1:1')
  expect((await ask('POST', '/session', '{"name":"b"}', JSON_TYPE)).status).toBe(200)
  expect((await ask('GET', '/auth')).status).toBe(200)
})

test('no manager at all is a 502 that says so', async () => {
  await manager[Symbol.asyncDispose]()
  const answer = await ask('GET', '/auth')
  expect([answer.status, JSON.parse(answer.text).title]).toEqual([
    502,
    expect.stringContaining('does not answer'),
  ])
  manager = await startScriptedManager()
})

test('event streams pass as they come', async () => {
  manager.on('GET /events/session', () => eventStream(['event: one\ndata: {}\n\n'], 'stay'))
  const response = await fetch(`http://127.0.0.1:${proxy.port}/events/session?scope=*`)
  const reader = response.body?.getReader()
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('event: one\ndata: {}\n\n')
  await reader?.cancel()
})

test('WebSockets pass, and so do refusals of them', async () => {
  manager.onSocket('/stream/session/s1/execute', (socket) => {
    socket.on('message', (data) => socket.send(`<${data}>`))
  })
  const client = createClient({ endpoint: `http://127.0.0.1:${proxy.port}`, transport: createCliTransport() })
  const socket = await client.connection.openSocket({
    method: 'GET',
    path: ['stream', 'session', 's1', 'execute'],
  })
  socket.send('hello')
  for await (const message of socket.messages) {
    expect(message).toBe('<hello>')
    socket.close()
  }
  const status = await new Promise((resolve) => {
    new WebSocket(`ws://127.0.0.1:${proxy.port}/stream/session/nope/execute`)
      .on('unexpected-response', (_, answer) => resolve(answer.statusCode))
      .on('error', () => {})
  })
  expect(status).toBe(404)
})

test.each([{ origin: 'http://evil.example' }, { host: 'rebound.example' }])(
  'a web page (%j) gets nothing signed',
  async (headers) => {
    expect((await ask('GET', '/auth', undefined, headers)).status).toBe(403)
    expect(manager.requests).toEqual([])
  },
)
