import { afterEach, beforeEach, expect, test } from 'bun:test'
import type { Client } from '../../src/client/client.ts'
import { json, type ScriptedManager, startScriptedManager } from './scripted-manager.ts'
import { testClient } from './test-client.ts'

let manager: ScriptedManager
let client: Client

beforeEach(async () => {
  manager = await startScriptedManager()
  client = testClient(manager)
})
afterEach(() => manager[Symbol.asyncDispose]())

test('an app takes binary frames both ways, and its start as JSON texts', async () => {
  manager.onSocket('/stream/session/s1/tcpproxy', (socket) => {
    socket.on('message', (data: Buffer, isBinary) => {
      socket.send('a text frame')
      socket.send(isBinary ? Buffer.from(String(data).toUpperCase()) : Buffer.from('text?'))
    })
  })
  const start = { port: 8080, envs: { A: '1' }, arguments: { '--root': '/x', '--flag': null } }
  const socket = await client.sessions.openApp('s1', 'jupyter', start, { ownerAccessKey: 'AK' })
  socket.send(new TextEncoder().encode('hello'))
  const got: (string | Uint8Array)[] = []
  for await (const message of socket.messages) {
    got.push(typeof message === 'string' ? message : new TextDecoder().decode(message))
    if (got.length === 2) socket.close()
  }
  expect(got).toEqual(['a text frame', 'HELLO'])
  const query = Object.fromEntries(
    manager.requests.find(({ path }) => path.endsWith('/tcpproxy'))?.query ?? [],
  )
  expect(query).toEqual({
    owner_access_key: 'AK',
    app: 'jupyter',
    port: '8080',
    envs: '{"A":"1"}',
    arguments: '{"--root":"/x","--flag":null}',
  })
})

test('what arrives faster than it is read waits at the server', async () => {
  const piece = Buffer.alloc(1024 * 1024)
  let sent = 0
  manager.onSocket('/stream/session/s1/tcpproxy', (socket) => {
    const more = () => {
      if (sent === 64) return socket.close(1000)
      sent += 1
      socket.send(piece, () => setImmediate(more))
    }
    more()
  })
  const socket = await client.sessions.openApp('s1', 'big')
  let bytes = 0
  for await (const message of socket.messages) {
    bytes += message.length
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(bytes).toBe(64 * piece.length)
})

test('services by the app proxy', async () => {
  manager.on('POST /session/s1/start-service', () => json({ token: 't', wsproxy_addr: 'http://proxy' }))
  manager.on('POST /session/s1/shutdown-service', () => new Response(null, { status: 204 }))
  manager.on('GET /stream/session/s1/apps', () => json([{ name: 'jupyter', protocol: 'http', ports: [1] }]))
  expect(await client.sessions.apps('s1')).toMatchObject([{ name: 'jupyter' }])
  const started = await client.sessions.startService('s1', 'jupyter', {
    envs: { A: '1' },
    loginSessionToken: 'L',
  })
  expect(started).toEqual({ token: 't', wsproxy_addr: 'http://proxy' })
  await client.sessions.shutdownService('s1', 'jupyter')
  expect(manager.requestsOf('POST /session/s1/start-service')[0]?.json()).toEqual({
    app: 'jupyter',
    envs: '{"A":"1"}',
    login_session_token: 'L',
  })
  expect(manager.requestsOf('POST /session/s1/shutdown-service')[0]?.json()).toEqual({
    service_name: 'jupyter',
  })
})

test('records of a session', async () => {
  manager.on('GET /session/s1/status-history', () => json({ result: { preparing: '2026-11-21T08:00:00Z' } }))
  manager.on('GET /session/s1/direct-access-info', () => json({ sftp_ports: [30001], public_host: 'h' }))
  manager.on('POST /session/s1/commit', () => json({ bgtask_id: 't1', kernel: 'k', path: 'p' }, 201))
  manager.on('GET /session/s1/commit', () => json({ status: 'ready', kernel: 'k' }))
  manager.on('GET /session/_/logs', () => new Response('line 1\nline 2\n'))
  expect(await client.sessions.statusHistory('s1')).toEqual({ preparing: '2026-11-21T08:00:00Z' })
  expect(await client.sessions.directAccessInfo('s1')).toMatchObject({ public_host: 'h' })
  expect(await client.sessions.commit('s1', { filename: 'f.tar' })).toMatchObject({ bgtask_id: 't1' })
  expect(await client.sessions.commitStatus('s1')).toEqual({ status: 'ready', kernel: 'k' })
  expect(await new Response(await client.sessions.taskLogs('id-1')).text()).toBe('line 1\nline 2\n')
  expect(manager.requestsOf('POST /session/s1/commit')[0]?.json()).toEqual({ filename: 'f.tar' })
  expect(manager.requestsOf('GET /session/_/logs')[0]?.query.get('taskId')).toBe('id-1')
})
