import { afterEach, beforeEach, expect, test } from 'bun:test'
import { openSqliteStore } from '../../../../src/db/drivers/sqlite.ts'
import { createSharedConfig } from '../../../../src/db/shared-config.ts'
import type { Store } from '../../../../src/db/store.ts'
import { type Clock, systemClock } from '../../../../src/lib/clock.ts'
import { silentLogger } from '../../../../src/lib/logger.ts'
import {
  createManagerPlugins,
  type ManagerPluginOptions,
} from '../../../../src/manager/services/plugins/manager-plugins.ts'
import { type HookHandlers, type HookPlugin, Reject } from '../../../../src/plugin/hook.ts'
import type { ErrorMonitorPlugin, StatsMonitorPlugin } from '../../../../src/plugin/monitor.ts'

const session = { sessionId: 's', sessionName: 'n', accessKey: 'AK' }
const clock: Clock & { at: number } = { at: 1_000_000, now: () => clock.at, sleep: systemClock.sleep }
const log = silentLogger
let store: Store
beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:', clock, log })
})
afterEach(() => store[Symbol.asyncDispose]())

const ports = () => ({ store, config: createSharedConfig(store), clock, log })
async function plugins(options: ManagerPluginOptions, settings: Record<string, string> = {}) {
  const made = ports()
  for (const [key, value] of Object.entries(settings)) await made.config.set(`config/plugins/${key}`, value)
  return { ...createManagerPlugins(made, options), config: made.config }
}
const hook = (name: string, handlers: HookHandlers | (() => HookHandlers)): HookPlugin => ({
  name,
  configure: () => (typeof handlers === 'function' ? handlers() : handlers),
})
const on = (...names: string[]) => Object.fromEntries(names.map((name) => [`hook/${name}/enabled`, 'true']))

test('all handlers run, in the order of their names, and their results come together', async () => {
  const order: string[] = []
  const named = (name: string, group?: string) =>
    hook(name, {
      PRE_SIGNUP: () => {
        order.push(name)
        return group === undefined ? undefined : { group }
      },
    })
  const { hooks } = await plugins(
    { hooks: [named('c', 'of c'), named('a'), named('b', 'of b')] },
    on('a', 'b', 'c'),
  )
  const args = {
    request: { clientAddress: '', requestId: '', header: () => undefined },
    params: { domain: 'd', email: 'e' },
  }
  expect(await hooks.dispatch('PRE_SIGNUP', args)).toEqual({
    status: 'PASSED',
    results: [{ group: 'of b' }, { group: 'of c' }],
    plugins: ['b', 'c'],
  })
  expect(await hooks.dispatch('PRE_SIGNUP', args, { first: true })).toMatchObject({ plugins: ['b'] })
  expect(order).toEqual(['a', 'b', 'c', 'a', 'b'])
})

test('a refusal and a fault end the round', async () => {
  const called: string[] = []
  const { hooks } = await plugins(
    {
      hooks: [
        hook('a', {
          PRE_ENQUEUE_SESSION: () => {
            throw new Reject('No more today.')
          },
          PRE_DESTROY_SESSION: () => Promise.reject(new Error('secret')),
        }),
        hook('b', { PRE_ENQUEUE_SESSION: () => void called.push('b') }),
      ],
    },
    on('a', 'b'),
  )
  expect(await hooks.dispatch('PRE_ENQUEUE_SESSION', session)).toEqual({
    status: 'REJECTED',
    reason: 'No more today.',
    plugins: ['a'],
  })
  expect(await hooks.dispatch('PRE_DESTROY_SESSION', session)).toEqual({
    status: 'ERROR',
    reason: 'The hook plugin "a" has failed.',
    plugins: ['a'],
  })
  const thrown = await hooks.demand('PRE_ENQUEUE_SESSION', session).catch((error: unknown) => error)
  expect(thrown).toMatchObject({ kind: 'rejected-by-hook', status: 400, data: { plugins: ['a'] } })
  expect(called).toEqual([])
})

test('notifying reaches all, whatever some of them do', async () => {
  const called: string[] = []
  const { hooks } = await plugins(
    {
      hooks: [
        hook('a', { POST_START_SESSION: () => Promise.reject(new Error('x')) }),
        hook('b', { POST_START_SESSION: ({ sessionId }) => void called.push(sessionId) }),
      ],
    },
    on('a', 'b'),
  )
  await hooks.notify('POST_START_SESSION', session)
  expect(called).toEqual(['s'])
})

test('a hook that never answers has failed after ten seconds', async () => {
  const slept: number[] = []
  const options = { hooks: [hook('a', { PRE_ENQUEUE_SESSION: () => new Promise(() => {}) })] }
  const made = ports()
  await made.config.set('config/plugins/hook/a/enabled', 'on')
  const sleep = async (ms: number) => void slept.push(ms)
  const { hooks } = createManagerPlugins({ ...made, clock: { ...clock, now: clock.now, sleep } }, options)
  expect(await hooks.dispatch('PRE_ENQUEUE_SESSION', session)).toMatchObject({ status: 'ERROR' })
  expect(slept).toEqual([10_000])
})

test('settings switch a plugin on and off, and wrong ones leave the last good ones at work', async () => {
  const made: string[] = []
  const limited: HookPlugin = {
    name: 'limited',
    configure({ limit = '?' }) {
      if (limit === 'bad') throw new RangeError('limit')
      made.push(String(limit))
      return {
        PRE_ENQUEUE_SESSION: () => {
          throw new Reject(String(limit))
        },
      }
    },
  }
  const { hooks, config } = await plugins({ hooks: [limited] })
  const answer = async () => {
    clock.at += 5001
    const outcome = await hooks.dispatch('PRE_ENQUEUE_SESSION', session)
    return outcome.status === 'PASSED' ? null : outcome.reason
  }
  const set = (key: string, value: string) => config.set(`config/plugins/hook/limited/${key}`, value)
  expect(await answer()).toBeNull()
  await set('limit', '1')
  expect(await answer()).toBeNull()
  await set('enabled', 'true')
  expect(await answer()).toBe('1')
  expect(await answer()).toBe('1')
  await set('limit', 'bad')
  expect(await answer()).toBe('1')
  await set('limit', '2')
  expect(await answer()).toBe('2')
  await set('enabled', 'no')
  expect(await answer()).toBeNull()
  expect(await hooks.handles('PRE_ENQUEUE_SESSION')).toBe(false)
  expect(made).toEqual(['1', '2'])
})

test("the lists of a manager's own file, and a name on both", async () => {
  const refusing = (name: string) =>
    hook(name, {
      PRE_ENQUEUE_SESSION: () => {
        throw new Reject(name)
      },
    })
  const all = [refusing('a'), refusing('b'), refusing('c')]
  const first = async (options: ManagerPluginOptions) => {
    const { hooks } = await plugins({ hooks: all, ...options }, on('a', 'b', 'c'))
    const outcome = await hooks.dispatch('PRE_ENQUEUE_SESSION', session)
    return outcome.status === 'PASSED' ? null : outcome.reason
  }
  expect(await first({ disabled: ['a'] })).toBe('b')
  expect(await first({ allowed: ['c'] })).toBe('c')
  expect(await first({ allowed: ['b', 'c'], disabled: ['a'] })).toBe('b')
  expect(await first({ allowed: [] })).toBeNull()
  expect(() => createManagerPlugins(ports(), { allowed: ['a'], disabled: ['a'] })).toThrow('both allowed')
})

test('monitors are told, harm nobody, and those that have gone are disposed of', async () => {
  const told: unknown[] = []
  const stats: StatsMonitorPlugin = {
    name: 'stats',
    configure: () => ({
      reportMetric: (...args) => void told.push(args),
      dispose: () => void told.push('disposed'),
    }),
  }
  const faulty: ErrorMonitorPlugin = {
    name: 'a-faulty-one',
    isOnByDefault: true,
    configure: () => ({
      captureException: () => {
        throw new Error('x')
      },
      captureMessage: () => Promise.reject(new Error('x')),
    }),
  }
  const errors: ErrorMonitorPlugin = {
    name: 'errors',
    isOnByDefault: true,
    configure: (_, world) => ({
      captureException: (error, context) =>
        world.recordError({ severity: 'critical', message: String(error), traceback: null, context }),
      captureMessage: (message) => void told.push(message),
    }),
  }
  const { monitors, config } = await plugins(
    { errorMonitors: [faulty, errors], statsMonitors: [stats] },
    { 'stats_monitor/stats/enabled': 'true' },
  )
  expect(await monitors.readsMetrics()).toBe(true)
  monitors.reportMetric('gauge', 'n', 3)
  await monitors.captureMessage('hello', { operation: 'test' })
  expect(told).toEqual([['gauge', 'n', 3], 'hello'])
  await monitors.captureException(new Error('broken'), { operation: 'GET /x', requestId: 'r', status: 500 })
  const rows = await store.db.select().from(store.tables.errorLogs)
  expect(rows).toMatchObject([
    { message: 'Error: broken', requestUrl: 'GET /x', requestStatus: 500, contextEnv: { request_id: 'r' } },
  ])
  await config.set('config/plugins/stats_monitor/stats/enabled', 'false')
  clock.at += 5001
  expect(await monitors.readsMetrics()).toBe(false)
  expect(told.at(-1)).toBe('disposed')
})
