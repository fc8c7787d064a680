import { expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { loadConfig } from '../../src/config/loader.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { startWatcher } from '../../src/watcher/role.ts'
import { type Supervisor, statusOnlySupervisor, systemdSupervisor } from '../../src/watcher/supervisor.ts'
import { tempDirectory } from '../harness/temp.ts'

interface Place {
  softReset?: string
  token?: string | null
  mountRoot?: string | null
}

async function watcherWith(
  supervisor: Supervisor,
  { softReset = 'false', token: known = 'right', mountRoot = null }: Place = {},
) {
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
    token: async () => known,
    mountRoot: async () => mountRoot,
    supervisor,
    log: silentLogger,
  })
  const call = (path: string, method = 'GET', token = known ?? 'insecure', body?: object) =>
    fetch(`${role.endpoints.watcher}${path}`, {
      method,
      headers: { 'X-BackendAI-Watcher-Token': token },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
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
  const { role, call } = await watcherWith({ status: async () => 'active', act }, { softReset: 'true' })
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

test('a hard reset restarts the engine between, a shutdown ends the node; both need a token of their own', async () => {
  const asked: string[] = []
  const supervisor = systemdSupervisor('agent.service', async (args) => {
    asked.push(args.join(' '))
    return { exitCode: 0, output: '' }
  })
  const { role, call } = await watcherWith(supervisor)
  await using _ = role
  expect(await (await call('/hard-reset', 'POST')).json()).toEqual({ result: 'ok' })
  expect(asked.splice(0)).toEqual(['stop agent.service', 'restart docker.service', 'start agent.service'])
  expect((await call('/shutdown', 'POST')).status).toBe(200)
  expect(asked.splice(0)).toEqual(['stop agent.service', 'poweroff'])
  const open = await watcherWith(supervisor, { token: null })
  await using _open = open.role
  expect((await open.call('/shutdown', 'POST')).status).toBe(403)
  expect(asked).toEqual([])
})

test('the table of file systems is shown, and what mount says is the answer', async () => {
  using directory = tempDirectory('watcher')
  writeFileSync(directory.at('fstab'), '/dev/sda1 / ext4 defaults 0 1\n')
  const supervisor: Supervisor = { status: async () => 'active', act: async () => {} }
  const { role, call } = await watcherWith(supervisor, { mountRoot: directory.path })
  await using _ = role
  const shown = await call(`/fstab?fstab_path=${directory.at('fstab')}`)
  expect(await shown.text()).toBe('/dev/sda1 / ext4 defaults 0 1\n')
  expect((await call(`/fstab?fstab_path=${directory.at('fstab.none')}`)).status).toBe(404)
  expect(await (await call('/mounts')).json()).toEqual([])
  const mount = { name: 'data', fs_type: 'nosuchfs', fs_location: directory.at('nothing') }
  const refused = await call('/mounts', 'POST', 'right', mount)
  expect([refused.status, (await refused.text()).length > 10]).toEqual([500, true])
  expect((await call('/mounts', 'POST', 'right', { ...mount, name: '../x' })).status).toBe(400)
  expect(await (await call('/mounts', 'DELETE', 'right', { name: 'data' })).json()).toEqual({ result: 'ok' })
})
