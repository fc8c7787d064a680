import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createCliTransport } from '../../src/cli/transport.ts'
import { type Client, createClient } from '../../src/client/client.ts'
import { type RunningCluster, startUp } from '../harness/product.ts'
import { adminKeys } from '../harness/shape/home.ts'

/** What users and administrators prepare reaches the kernels of a real cluster: dotfiles, scripts, templates. */
let cluster: RunningCluster
let client: Client

beforeAll(async () => {
  cluster = await startUp({ args: ['--set', 'agent.backend=process'] })
  const { accessKey, secretKey } = adminKeys(cluster.data)
  const { endpoint } = cluster.ready
  client = createClient({ endpoint, accessKey, secretKey, transport: createCliTransport() })
}, 240_000)
afterAll(() => cluster?.[Symbol.asyncDispose]())

type Request = Parameters<Client['connection']['send']>[0]
async function call(method: Request['method'], path: string, body?: unknown) {
  const request = { method, path: path.split('/'), ...(body === undefined ? {} : { json: body }) }
  return JSON.parse(await (await client.connection.send(request)).text())
}

test('a session of a template finds its owner’s dotfiles and has run its scripts', async () => {
  const file = { path: '.config-of-mine/settings', data: 'ü=1\n', permission: '640' }
  await call('POST', 'user-config/dotfiles', file)
  const payload = `
api_version: v1
kind: taskTemplate
metadata: {name: prepared}
spec:
  kernel:
    image: python
    environ: {GREETING: hello}
    run: {bootstrap: 'echo "$GREETING" > greeted'}
`
  const [{ id }] = await call('POST', 'template/session', { payload })
  const made = await call('POST', 'session/_/create-from-template', { template_id: id, name: 'prepared' })
  expect(made.status).toBe('RUNNING')
  const code =
    'import os, stat\np = ".config-of-mine/settings"\n' +
    'print(repr(open(p).read()), oct(stat.S_IMODE(os.stat(p).st_mode)), open("greeted").read().strip())'
  const { result } = await call('POST', 'session/prepared', { mode: 'query', code, runId: null })
  const printed = result.console.map(([, text]: [string, string]) => text).join('')
  expect(printed).toBe("'ü=1\\n' 0o640 hello\n")
  await call('DELETE', 'session/prepared')
}, 60_000)

test('the watcher of a node tells of its agent; native kernels have no image to commit', async () => {
  const { agents } = await agentIds()
  const watched = await client.connection.send({
    method: 'GET',
    path: ['resource', 'watcher'],
    query: { agent_id: agents[0] ?? '' },
  })
  expect(await watched.json()).toEqual({ 'agent-status': 'active', 'watcher-status': 'active' })
  await call('POST', 'session', { image: 'python', name: 'native' })
  const refused = await call('POST', 'session/native/commit', {}).catch((error: unknown) => error)
  expect(refused).toMatchObject({ status: 503, kind: 'not-implemented' })
  await call('DELETE', 'session/native')
}, 60_000)

async function agentIds(): Promise<{ agents: string[] }> {
  const query = '{ agent_list(limit: 10, offset: 0, status: "ALIVE") { items { id } } }'
  const { data } = await call('POST', 'admin/gql', { query, variables: {} })
  return { agents: data.agent_list.items.map((item: { id: string }) => item.id) }
}
