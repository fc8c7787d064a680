import { afterEach, beforeEach, expect, test } from 'bun:test'
import { AgentUnreachableError } from '../../src/wire/agent-link.ts'
import { type TempDirectory, tempDirectory } from '../harness/temp.ts'
import { startGraphManager } from '../manager/api/graphql/graph-manager.ts'
import { ADMIN, USER } from '../manager/api/test-manager.ts'
import { admin } from './admin.ts'
import { openStoreOf, serveHere } from './admin-place.ts'

let dir: TempDirectory
beforeEach(() => {
  dir = tempDirectory('admin-running')
})
afterEach(() => dir[Symbol.dispose]())
const mgr = (...argv: string[]) => admin(dir, ['mgr', ...argv])

test.each([
  { argv: ['agent', 'ping', 'i-1'] },
  { argv: ['scheduler', 'last-execution-time'] },
  { argv: ['gql', 'query', '{ domains { name } }'] },
])('$argv needs a running manager and says so', async ({ argv }) => {
  await mgr('schema', 'oneshot')
  expect(await mgr(...argv)).toMatchObject({ code: 1, err: expect.stringContaining('running manager') })
})

const AGENTS = ['i-1', 'i-2', 'i-3']

async function withAgents() {
  const role = await serveHere(dir, {
    agents: {
      connected: () => ['i-1', 'i-2'],
      async ping(id) {
        if (id === 'i-1') return 3
        throw new AgentUnreachableError(id, 'no answer')
      },
    },
  })
  const { agents } = role.store.tables
  await role.store.tx(async (tx) => {
    for (const id of AGENTS) {
      await tx.insert(agents).values({
        id,
        status: id === 'i-3' ? 'LOST' : 'ALIVE',
        region: 'local',
        availableSlots: {},
        addr: 'agent://a',
        firstContact: new Date(0),
        lastHeartbeat: new Date(0),
        version: '1',
        architecture: 'x86_64',
        computePlugins: {},
        images: [],
      })
    }
  })
  return role
}

test('agent list and ag status', async () => {
  await using _role = await withAgents()
  const listed = (await mgr('agent', 'list')).out
  expect(listed.split('\n')[0]).toBe('i-1  ALIVE  default  docker  x86_64  1  heard 1970-01-01T00:00:00.000Z')
  await Bun.write(dir.at('data', 'agent', 'id'), 'i-2\n')
  const here = await admin(dir, ['ag', 'status'])
  expect(here.out.split('\n')[1]).toEndWith('(this machine)')
  const json = JSON.parse((await admin(dir, ['ag', 'status', '--json'])).out)
  expect(json).toMatchObject([
    { id: 'i-1', isConnected: true, isHere: false },
    { id: 'i-2', isConnected: true, isHere: true },
    { id: 'i-3', status: 'LOST', isConnected: false },
  ])
})

test('agent ping: one, all that are alive, one that is silent, one that is unknown', async () => {
  await using _role = await withAgents()
  expect(await mgr('agent', 'ping', 'i-1')).toEqual({ code: 0, out: 'i-1  3 ms\n', err: '' })
  expect(await mgr('agent', 'ping')).toEqual({
    code: 1,
    out: 'i-1  3 ms\ni-2  The agent "i-2" does not answer.\n',
    err: 'backendai: 1 of 2 agents did not answer\n',
  })
  expect(JSON.parse((await mgr('agent', 'ping', 'i-1', '--json')).out)).toEqual([
    { agentId: 'i-1', ms: 3, error: null },
  ])
  expect((await mgr('agent', 'ping', 'i-2')).err).toBe('backendai: The agent "i-2" does not answer.\n')
  expect((await mgr('agent', 'ping', 'i-9')).err).toBe('backendai: There is no agent "i-9".\n')
  expect((await mgr('agent', 'ping', 'i-1', '--timeout', 'soon')).code).toBe(2)
})

test('scheduler last-execution-time', async () => {
  const at = (second: number) => new Date(second * 1000).toISOString()
  await using role = await serveHere(dir, {
    loopRuns: () => [
      { name: 'schedule', startedAt: at(1), endedAt: at(2), isFailed: false },
      { name: 'prepare', startedAt: at(1), endedAt: at(1), isFailed: true },
      { name: 'terminate', startedAt: at(3), endedAt: null, isFailed: false },
    ],
  })
  await role.store.acquireLease('scheduler', 'i-manager', 60_000)
  const { out } = await mgr('scheduler', 'last-execution-time')
  expect(out.split('\n')).toEqual([
    `schedule   ${at(1)}  1000 ms`,
    `prepare    ${at(1)}  failed`,
    `terminate  ${at(3)}  still running`,
    expect.stringMatching(/^held by i-manager until 20/),
    '',
  ])
  const json = JSON.parse((await mgr('scheduler', 'last-execution-time', '--json')).out)
  expect(json).toMatchObject({ loops: [{ name: 'schedule' }, {}, {}], leases: [{ holder: 'i-manager' }] })
})

test('gql query asks as a superadmin, or with a keypair that is named', async () => {
  await using manager = await startGraphManager({ store: () => openStoreOf(dir) })
  await using _role = await serveHere(dir, {
    store: manager.ports.store,
    api: `http://127.0.0.1:${manager.port}`,
  })
  const query = 'query($email: String) { user(email: $email) { email role } }'
  const asked = await mgr('gql', 'query', query, '-v', JSON.stringify({ email: USER.email }))
  expect({ code: asked.code, data: JSON.parse(asked.out) }).toEqual({
    code: 0,
    data: { user: { email: USER.email, role: 'user' } },
  })
  await Bun.write(dir.at('who.graphql'), '{ user { email } }')
  expect(JSON.parse((await mgr('gql', 'query', '@who.graphql')).out)).toEqual({
    user: { email: ADMIN.email },
  })
  const own = await admin(
    dir,
    ['mgr', 'gql', 'query', '-', '-k', USER.accessKey, '--json'],
    '{ user { email } }',
  )
  expect(JSON.parse(own.out)).toEqual({ data: { user: { email: USER.email } } })
  expect(await mgr('gql', 'query', '{ nothing }')).toMatchObject({
    code: 1,
    err: expect.stringContaining('nothing'),
  })
  expect(await mgr('gql', 'query', '{ user { email } }', '-k', 'AKIANOBODY')).toMatchObject({
    code: 1,
    err: 'backendai: There is no keypair "AKIANOBODY".\n',
  })
  expect((await mgr('gql', 'query', '{ user { email } }', '-v', '[1]')).code).toBe(2)
}, 20_000)
