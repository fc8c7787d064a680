import { afterAll, beforeAll, expect, test } from 'bun:test'
import { ScriptedAgent } from '../harness/agent.ts'
import { until } from '../harness/until.ts'
import { startServedManager } from './served-manager.ts'

const agent = new ScriptedAgent('a1')
let manager: Awaited<ReturnType<typeof startServedManager>>
beforeAll(async () => {
  manager = await startServedManager([agent])
  await manager.call('POST', 'session', { image: 'python', name: 'committed' })
})
afterAll(() => manager[Symbol.asyncDispose]())

const codeOf = ({ status, body }: { status: number; body: Record<string, unknown> }) => [
  status,
  body.error_code,
]

test('a commit is a background task that ends with the agent’s', async () => {
  const idle = await manager.call('GET', 'session/committed/commit')
  expect([idle.status, idle.body.status]).toEqual([200, 'ready'])
  const kernelId = String(idle.body.kernel)
  const begun = await manager.call('POST', 'session/committed/commit', {})
  expect(begun.status).toBe(201)
  expect(begun.body.kernel).toBe(kernelId)
  const path = String(begun.body.path)
  expect(path).toMatch(/^\/commits\/admin_[\w.-]+\/\d{8}T\d{6}_committed\.tar\.gz$/)
  expect((await manager.call('GET', 'session/committed/commit')).body.status).toBe('ongoing')
  agent.commits.set(kernelId, { status: 'ready', path, error: null })
  const task = async () =>
    JSON.parse((await manager.ports.cache.get(`bgtask.${begun.body.bgtask_id}`)) ?? '{}')
  const state = await until(async () => {
    const now = await task()
    return now.status === 'done' && now
  }, 5000)
  expect(state.message).toContain(path)
  const failing = await manager.call('POST', 'session/committed/commit', { filename: 'my-image.tar.gz' })
  expect(String(failing.body.path)).toEndWith('/my-image.tar.gz')
  agent.commits.set(kernelId, { status: 'ready', path: null, error: 'no space left' })
  const failed = await until(async () => {
    const text = await manager.ports.cache.get(`bgtask.${failing.body.bgtask_id}`)
    return text?.includes('failed') && JSON.parse(text)
  }, 5000)
  expect(failed.message).toBe('no space left')
})

test('what is refused', async () => {
  const commit = (name: string, body: object = {}) => manager.call('POST', `session/${name}/commit`, body)
  for (const filename of ['../x', '.hidden', 'a/b', '', 7]) {
    expect(codeOf(await commit('committed', { filename }))).toEqual([400, 'invalid-api-params'])
  }
  expect(codeOf(await commit('nobody'))).toEqual([404, 'object-not-found'])
  expect(codeOf(await manager.call('GET', 'session/nobody/commit'))).toEqual([404, 'object-not-found'])
  await manager.call('PUT', 'manager/status', { status: 'frozen' })
  expect(codeOf(await commit('committed'))).toEqual([503, 'server-frozen'])
  await manager.call('PUT', 'manager/status', { status: 'running' })
  for (const method of ['GET', 'POST']) {
    expect((await fetch(`${manager.endpoint}/session/committed/commit`, { method })).status).toBe(401)
  }
})
