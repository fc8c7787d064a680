import { expect, test } from 'bun:test'
import { loadConfig } from '../../src/config/loader.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { startWatcher } from '../../src/watcher/role.ts'
import { type Supervisor, statusOnlySupervisor } from '../../src/watcher/supervisor.ts'

async function watcherWith(supervisor: Supervisor, softReset = 'false') {
  const { watcher } = loadConfig({
    role: 'watcher',
    env: {
      BACKENDAI_WATCHER__SERVICE_ADDR: '127.0.0.1:0',
      BACKENDAI_WATCHER__SOFT_RESET_AVAILABLE: softReset,
    },
    cwd: '/nowhere',
    home: '/nowhere',
    systemDir: '/nowhere',
  })
  const role = await startWatcher({
    settings: watcher,
    token: async () => 'right',
    supervisor,
    log: silentLogger,
  })
  const call = (path: string, method = 'GET', token = 'right') =>
    fetch(`${role.endpoints.watcher}${path}`, { method, headers: { 'X-BackendAI-Watcher-Token': token } })
  return { role, call }
}

test('controls the agent, but only with the token', async () => {
  const actions: string[] = []
  const supervisor: Supervisor = {
    status: async () => 'active',
    act: async (action) => {
      actions.push(action)
    },
  }
  const { role, call } = await watcherWith(supervisor)
  await using _ = role
  expect((await call('/', 'GET', 'wrong')).status).toBe(403)
  expect(await (await call('/')).json()).toEqual({ 'agent-status': 'active', 'watcher-status': 'active' })
  expect(await (await call('/agent/restart', 'POST')).json()).toEqual({ result: 'ok' })
  expect((await call('/agent/restart', 'POST', 'wrong')).status).toBe(403)
  expect((await call('/soft-reset', 'POST')).status).toBe(403)
  expect((await call('/agent/dance', 'POST')).status).toBe(404)
  expect(actions).toEqual(['restart'])
})

test('reloads when soft resets are on', async () => {
  const actions: string[] = []
  const act: Supervisor['act'] = async (action) => {
    actions.push(action)
  }
  const { role, call } = await watcherWith({ status: async () => 'active', act }, 'true')
  await using _ = role
  expect((await call('/soft-reset', 'POST')).status).toBe(200)
  expect(actions).toEqual(['reload'])
})

test('in one process it tells the state and says why it cannot control', async () => {
  const { role, call } = await watcherWith(statusOnlySupervisor(() => true))
  await using _ = role
  expect(await (await call('/')).json()).toMatchObject({ 'agent-status': 'active' })
  const refused = await call('/agent/stop', 'POST')
  expect(refused.status).toBe(503)
  expect(await refused.json()).toMatchObject({ msg: expect.stringContaining('one process') })
})
