import { afterAll, beforeAll, expect, test } from 'bun:test'
import { loadConfig } from '../../../../src/config/loader.ts'
import { silentLogger } from '../../../../src/lib/logger.ts'
import { storeHello } from '../../../../src/manager/services/agents/hello.ts'
import { startWatcher } from '../../../../src/watcher/role.ts'
import { type Supervisor, statusOnlySupervisor } from '../../../../src/watcher/supervisor.ts'
import { ScriptedAgent } from '../../../harness/agent.ts'
import { startTestManager } from '../test-manager.ts'
import { expectFailures } from './route-failures.ts'

let manager: Awaited<ReturnType<typeof startTestManager>>
beforeAll(async () => {
  manager = await startTestManager()
  for (const id of ['a1', 'a.2']) {
    const hello = { ...new ScriptedAgent(id).hello(), addr: 'agent://127.0.0.1' }
    await storeHello(manager.ports, hello, () => crypto.randomUUID())
  }
})
afterAll(() => manager[Symbol.asyncDispose]())

const actions: string[] = []
const recording: Supervisor = {
  status: async () => 'active',
  act: async (action) => void actions.push(action),
}

async function watcherWith(supervisor: Supervisor) {
  const { watcher } = loadConfig({
    role: 'watcher',
    env: { BACKENDAI_WATCHER__SERVICE_ADDR: '127.0.0.1:0' },
    cwd: '/nowhere',
    home: '/nowhere',
    systemDir: '/nowhere',
  })
  const token = async () => 'right'
  const role = await startWatcher({
    settings: watcher,
    token,
    supervisor,
    mountRoot: async () => null,
    log: silentLogger,
  })
  return { port: new URL(role.endpoints.watcher ?? '').port, role }
}
const body = (agent_id: string) => ({ body: { agent_id } })

test('an agent is looked at and controlled through the watcher of its node', async () => {
  const { port, role } = await watcherWith(recording)
  await using _ = role
  await manager.ports.config.set('config/watcher/port', port)
  const refused = await manager.call('GET', '/resource/watcher?agent_id=a1')
  expect([refused.status, refused.json.error_code]).toEqual([500, 'server-misconfigured'])
  await manager.ports.config.set('config/watcher/token', 'right')
  const status = { 'agent-status': 'active', 'watcher-status': 'active' }
  expect((await manager.call('GET', '/resource/watcher?agent_id=a1')).json).toEqual(status)
  for (const action of ['start', 'stop', 'restart']) {
    const path = `/resource/watcher/agent/${action}`
    expect((await manager.call('POST', path, body('a1'))).json).toEqual({ result: 'ok' })
  }
  expect(actions).toEqual(['start', 'stop', 'restart'])
  // A node with a port of its own, where nobody listens any more.
  const gone = await watcherWith(statusOnlySupervisor(() => true))
  await manager.ports.config.set('nodes/agents/a.2/watcher_port', gone.port)
  const cannot = await manager.call('POST', '/resource/watcher/agent/stop', body('a.2'))
  expect([cannot.status, cannot.json.error_code]).toEqual([503, 'not-implemented'])
  await gone.role[Symbol.asyncDispose]()
  const { status: code, json } = await manager.call('GET', '/resource/watcher?agent_id=a.2')
  expect([code, json.error_code]).toEqual([503, 'service-unavailable'])
})

test('what each route refuses', async () => {
  const routes = [
    ['GET', '/resource/watcher'],
    ...['start', 'stop', 'restart'].map((action) => ['POST', `/resource/watcher/agent/${action}`]),
  ]
  for (const [method = '', path = ''] of routes) {
    await expectFailures(manager, {
      method,
      path,
      params: { agent_id: 'a1' },
      required: ['agent_id'],
      wrong: { agent_id: ['', 'x'.repeat(65)] },
      role: 'superadmin',
    })
    const target = method === 'GET' ? `${path}?agent_id=nobody` : path
    const unknown = await manager.call(method, target, method === 'GET' ? {} : body('nobody'))
    expect([unknown.status, unknown.json.title]).toEqual([404, 'No such agent instance.'])
  }
})
