import { afterAll, beforeAll, expect, test } from 'bun:test'
import { randomUUID } from 'node:crypto'
import { sessionRoutes } from '../../../../src/manager/api/rest/session.ts'
import { createSessionServices } from '../../../../src/manager/services/index.ts'
import { startTestManager } from '../test-manager.ts'
import { expectFailures, type RouteCase, send } from './route-failures.ts'

let manager: Awaited<ReturnType<typeof startTestManager>>
beforeAll(async () => {
  const start = () => Promise.reject(new Error('no tasks here'))
  manager = await startTestManager({
    routes: (ports) => sessionRoutes(createSessionServices(ports), { start }),
  })
})
afterAll(() => manager[Symbol.asyncDispose]())

const superadmin = 'superadmin' as const
const log = {
  severity: 'error',
  source: 'client',
  message: 'm',
  context_lang: 'python',
  context_env: '{}',
}

/** Routes whose success has its own test; here is what each refuses. */
const routes: RouteCase[] = [
  { method: 'GET', path: '/acl' },
  { method: 'GET', path: '/config/resource-slots/details' },
  { method: 'GET', path: '/config/vfolder-types' },
  { method: 'GET', path: '/config/docker-registries', role: superadmin },
  {
    method: 'POST',
    path: '/config/get',
    role: superadmin,
    params: { key: 'a', prefix: false },
    required: ['key'],
    wrong: { key: [7, '', '/', 'a/../b'], prefix: ['maybe'] },
  },
  {
    method: 'POST',
    path: '/config/set',
    role: superadmin,
    params: { key: 'a', value: 'b' },
    required: ['key', 'value'],
    wrong: { key: [7], value: [null, {}] },
  },
  {
    method: 'POST',
    path: '/config/delete',
    role: superadmin,
    params: { key: 'a', prefix: false },
    required: ['key'],
    wrong: { prefix: [[]] },
  },
  {
    method: 'POST',
    path: '/logs/error',
    params: log,
    required: ['severity', 'source', 'message', 'context_lang', 'context_env'],
    wrong: { severity: ['fatal'], context_env: ['{'], request_status: ['x'] },
  },
  {
    method: 'GET',
    path: '/logs/error',
    params: {},
    wrong: { page_size: [0, 101, 'x'], page_no: [0], mark_read: ['maybe'] },
  },
  { method: 'POST', path: `/logs/error/${randomUUID()}/clear` },
  { method: 'GET', path: '/resource/presets' },
  { method: 'POST', path: '/resource/check-presets', params: { group: 'default' }, wrong: { group: [7] } },
  { method: 'POST', path: '/resource/recalculate-usage', role: superadmin },
  {
    method: 'PUT',
    path: '/manager/status',
    role: superadmin,
    params: { status: 'running' },
    required: ['status'],
    wrong: { status: ['asleep'], force_kill: ['maybe'] },
  },
  {
    method: 'POST',
    path: '/manager/announcement',
    role: superadmin,
    params: { enabled: true, message: 'x' },
    required: ['message'],
    wrong: { enabled: ['maybe'], message: [7] },
  },
  {
    method: 'POST',
    path: '/manager/scheduler/operation',
    role: superadmin,
    params: { op: 'include-agents', args: ['a1'] },
    required: ['op', 'args'],
    wrong: { op: ['drain'], args: [[], 'a1', [7]] },
  },
  {
    method: 'POST',
    path: '/manager/scheduler/trigger',
    role: superadmin,
    params: { event: 'do_schedule' },
    required: ['event'],
    wrong: { event: ['do_nothing'] },
  },
  { method: 'GET', path: '/manager/scheduler/status', role: superadmin },
  { method: 'GET', path: '/scaling-groups' },
  { method: 'GET', path: '/scaling-groups/default/wsproxy-version' },
  {
    method: 'POST',
    path: '/session',
    params: { image: 'python', name: 'test' },
    required: ['image', 'name'],
    wrong: {
      image: [7, ''],
      name: [7, 'x', 'a b c d', 'from-template'],
      type: ['daemon'],
      clusterSize: [0, 1.5, 'x'],
      clusterMode: ['many'],
      maxWaitSeconds: [-1],
      callback_url: ['ftp://x', 'nonsense'],
      config: ['x', { mounts: 'x' }, { environ: [] }, { resources: 7 }],
    },
    frozen: 'refuse',
  },
  { method: 'GET', path: '/session/_/match', params: { id: 'x' }, required: ['id'] },
  {
    method: 'GET',
    path: '/session/_/logs',
    params: { taskId: randomUUID() },
    required: ['taskId'],
    wrong: { taskId: ['x'] },
  },
  {
    method: 'POST',
    path: '/session/_/sync-agent-registry',
    role: superadmin,
    params: { agent: 'a1' },
    required: ['agent'],
    wrong: { agent: [7] },
  },
]

for (const route of routes) {
  test(`${route.method} ${route.path.replace(/[0-9a-f-]{36}/, ':id')} refuses`, () =>
    expectFailures(manager, route))
}

/** Routes about one session: without it, without a signature, with nonsense. */
const aboutSessions: (Omit<RouteCase, 'path'> & { at: string })[] = [
  { method: 'GET', at: '' },
  { method: 'DELETE', at: '', params: {}, wrong: { forced: ['maybe'], recursive: ['maybe'] } },
  { method: 'PATCH', at: '' },
  {
    method: 'POST',
    at: '',
    params: { mode: 'query', code: '1', runId: null },
    required: ['runId'],
    wrong: { mode: ['dream'], code: [7], runId: [7] },
  },
  { method: 'GET', at: '/logs' },
  { method: 'GET', at: '/status-history' },
  { method: 'GET', at: '/dependency-graph' },
  { method: 'GET', at: '/abusing-report' },
  { method: 'GET', at: '/direct-access-info' },
  {
    method: 'POST',
    at: '/rename',
    params: { name: 'another' },
    required: ['name'],
    wrong: { name: [7, ''] },
    frozen: 'refuse',
  },
  { method: 'POST', at: '/interrupt' },
  {
    method: 'POST',
    at: '/complete',
    params: { code: 'x', options: {} },
    required: ['code'],
    wrong: { code: [7] },
  },
  { method: 'GET', at: '/files', params: { path: '.' } },
  { method: 'GET', at: '/download', params: { files: 'x' }, required: ['files'] },
  { method: 'GET', at: '/download_single', params: { file: 'x' }, required: ['file'] },
  {
    method: 'POST',
    at: '/start-service',
    params: { app: 'x' },
    required: ['app'],
    wrong: { app: [7], port: [80], envs: ['{'] },
  },
  { method: 'POST', at: '/shutdown-service', params: { service_name: 'x' }, required: ['service_name'] },
  { method: 'GET', at: '/commit' },
  { method: 'POST', at: '/commit', params: {}, wrong: { filename: [7, '../x'] }, frozen: 'refuse' },
]

for (const { at, ...rest } of aboutSessions) {
  test(`${rest.method} /session/:session${at} refuses`, async () => {
    const route = { ...rest, path: `/session/nobody-here${at}` }
    await expectFailures(manager, route)
    const { status, json } = await send(manager, route)
    expect([status, json.error_code, json.title]).toEqual([404, 'object-not-found', 'No such session.'])
    const legacy = await send(manager, { ...route, path: `/v4/kernel/${randomUUID()}${at}` })
    expect([legacy.status, legacy.json.error_code]).toEqual([404, 'object-not-found'])
  })
}
