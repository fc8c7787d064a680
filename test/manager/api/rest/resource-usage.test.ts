import { afterAll, beforeAll, expect, test } from 'bun:test'
import { randomUUID } from 'node:crypto'
import { zonedDay, zonedMidnight } from '../../../../src/lib/zoned-midnight.ts'
import { startTestManager, USER } from '../test-manager.ts'
import { expectFailures } from './route-failures.ts'

const NOW = Date.parse('2024-07-20T12:00:00Z')
const clock = { now: () => NOW, sleep: (ms: number) => Bun.sleep(ms) }
let manager: Awaited<ReturnType<typeof startTestManager>>
let project = ''
beforeAll(async () => {
  manager = await startTestManager({ clock })
  const { groups } = manager.ports.store.tables
  project = (await manager.ports.store.db.select().from(groups))[0]?.id ?? ''
  await ended('first', '2024-07-01T00:10:00Z', '2024-07-01T01:00:00Z', USER.uuid)
  await ended('later', '2024-07-15T10:00:00Z', '2024-07-17T09:00:00Z', randomUUID())
})
afterAll(() => manager[Symbol.asyncDispose]())

const get = async (path: string) => JSON.parse((await manager.call('GET', path)).text)

/** A session of one kernel that has ended. */
async function ended(name: string, from: string, to: string, userUuid: string): Promise<void> {
  const { sessions, kernels } = manager.ports.store.tables
  const id = randomUUID()
  const at = { createdAt: new Date(from), terminatedAt: new Date(to) }
  const slots = { cpu: '2', mem: '1073741824', 'cuda.shares': '0.5' }
  const device = { device_id: '0', model_name: 'Mock', data: { smp: 80, mem: 4096 } }
  await manager.ports.store.tx(async (tx) => {
    await tx.insert(sessions).values({
      ...at,
      id,
      name,
      status: 'TERMINATED',
      agentIds: [],
      domainName: 'default',
      groupId: project,
      userUuid,
      accessKey: USER.accessKey,
      images: ['python'],
      occupyingSlots: slots,
      requestedSlots: slots,
      vfolderMounts: [],
      environ: {},
      resourceOpts: {},
      statusHistory: {},
    })
    await tx.insert(kernels).values({
      ...at,
      id: randomUUID(),
      sessionId: id,
      clusterHostname: 'main1',
      image: 'cr.example.org/python:3',
      registry: 'cr.example.org',
      status: 'TERMINATED',
      occupiedSlots: slots,
      requestedSlots: slots,
      attachedDevices: { cuda: [device], cpu: [{ device_id: '0', model_name: 'CPU', data: {} }] },
      resourceOpts: { shmem: '67108864' },
      servicePorts: [],
      preopenPorts: [],
      statusChanged: at.terminatedAt,
      statusHistory: {},
      internalData: {},
      lastStat: {
        cpu_used: { current: '5000', capacity: null },
        mem: { current: '10', capacity: '100', 'stats.max': '77' },
        io_read: { current: '4096' },
        io_write: { current: '1024' },
      },
    })
  })
}

test('usage of a month, by project and container', async () => {
  const [july] = await get('/resource/usage/month?month=202407')
  expect(july).toMatchObject({
    domain_name: 'default',
    g_id: project,
    g_name: 'default',
    g_cpu_allocated: 4,
    g_cpu_used: 10_000,
    g_mem_allocated: 2 * 1024 ** 3,
    g_mem_used: 154,
    g_io_read: 8192,
    g_smp: 160,
    g_gpu_allocated: 1,
    g_device_type: ['Mock'],
  })
  expect(july.c_infos).toHaveLength(2)
  expect(july.c_infos[1]).toMatchObject({
    name: 'later',
    access_key: USER.accessKey,
    image_name: 'cr.example.org/python:3',
    used_days: 3,
    used_time: '1 day, 23:00:00',
    shared_memory: 67_108_864,
    gpu_mem_allocated: 4096,
  })
  expect(await get('/resource/usage/month?month=202406')).toEqual([])
  expect(await get('/resource/usage/month?month=202408')).toEqual([])
  expect(await get(`/resource/usage/month?month=202407&group_ids=${randomUUID()}`)).toEqual([])
  const body = { month: '202407', group_ids: [project] }
  expect(JSON.parse((await manager.call('GET', '/resource/usage/month', { body })).text)).toHaveLength(1)
})

test('usage of a period, both days included, in the zone that is configured', async () => {
  const names = async (from: string, to: string) => {
    const path = `/resource/usage/period?group_id=${project}&start_date=${from}&end_date=${to}`
    const [first] = await get(path)
    return (first?.c_infos ?? []).map(({ name }: { name: string }) => name)
  }
  expect(await names('20240701', '20240701')).toEqual(['first'])
  expect(await names('20240702', '20240714')).toEqual([])
  expect(await names('20240716', '20240716')).toEqual(['later'])
  await manager.ports.config.set('config/system/timezone', 'America/New_York')
  expect(await names('20240701', '20240701')).toEqual([])
  await manager.ports.config.set('config/system/timezone', 'Nowhere/City')
  const wrong = await manager.call('GET', '/resource/usage/month?month=202407')
  expect([wrong.status, wrong.json.error_code]).toEqual([500, 'server-misconfigured'])
  await manager.ports.config.delete('config/system/timezone', { prefix: false })
})

test('statistics in bins of 15 minutes over 30 days', async () => {
  const bins = await get('/resource/stats/admin/month')
  expect(bins).toHaveLength(2880)
  expect(bins[0].date).toBe((NOW - 30 * 86_400_000) / 1000)
  const total = (name: string, of = bins) =>
    of.reduce((sum: number, bin: Record<string, { value: number }>) => sum + (bin[name]?.value ?? 0), 0)
  // 4 bins for the first session, 188 for the later one.
  expect(total('num_sessions')).toBe(4 + 188)
  expect(total('cpu_allocated')).toBe(2 * (4 + 188))
  expect(Math.abs(total('io_read_bytes') - 8192)).toBeLessThan(100)
  expect(bins[0].mem_allocated).toEqual({ value: 0, unit_hint: 'bytes' })
  const own = JSON.parse((await manager.call('GET', '/resource/stats/user/month', { as: USER })).text)
  expect(total('num_sessions', own)).toBe(4)
})

test('what each route refuses', async () => {
  const superadmin = { method: 'GET', role: 'superadmin' as const }
  await expectFailures(manager, {
    ...superadmin,
    path: '/resource/usage/month',
    params: { month: '202407' },
    required: ['month'],
    wrong: { month: ['2024', '202413', '2024-7', 'x'], group_ids: ['x'] },
  })
  const period = { group_id: project, start_date: '20240701', end_date: '20240702' }
  await expectFailures(manager, {
    ...superadmin,
    path: '/resource/usage/period',
    params: period,
    required: ['start_date', 'end_date'],
    wrong: {
      start_date: ['20240703', '20240231', '2024-07-01', '20241301'],
      end_date: ['20250101'],
      group_id: ['default'],
    },
  })
  await expectFailures(manager, { ...superadmin, path: '/resource/stats/admin/month' })
  await expectFailures(manager, { method: 'GET', path: '/resource/stats/user/month' })
})

test('midnights of zones, across their changes of clocks', () => {
  const at = (year: number, month: number, day: number, zone: string) =>
    new Date(zonedMidnight({ year, month, day }, zone)).toISOString()
  expect(at(2024, 7, 1, 'UTC')).toBe('2024-07-01T00:00:00.000Z')
  expect(at(2024, 7, 1, 'Asia/Seoul')).toBe('2024-06-30T15:00:00.000Z')
  expect(at(2024, 3, 31, 'Europe/Berlin')).toBe('2024-03-30T23:00:00.000Z')
  expect(at(2024, 4, 1, 'Europe/Berlin')).toBe('2024-03-31T22:00:00.000Z')
  expect(() => at(2024, 2, 30, 'UTC')).toThrow(RangeError)
  expect(zonedDay(Date.parse('2024-06-30T15:00:00Z'), 'Asia/Seoul')).toBe(
    Date.parse('2024-07-01') / 86_400_000,
  )
})
