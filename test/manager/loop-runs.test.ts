import { expect, test } from 'bun:test'
import { createLoopRuns } from '../../src/manager/loops/loop-runs.ts'

test('the last run of each loop: under way, done, failed', async () => {
  let now = 0
  const runs = createLoopRuns({ now: () => now })
  expect(runs.list()).toEqual([])
  const gate = Promise.withResolvers<void>()
  const running = runs.timed('schedule', () => gate.promise)()
  const begun = { name: 'schedule', startedAt: '1970-01-01T00:00:00.000Z', isFailed: false }
  expect(runs.list()).toEqual([{ ...begun, endedAt: null }])
  now = 5
  gate.resolve()
  await running
  expect(runs.list()).toEqual([{ ...begun, endedAt: '1970-01-01T00:00:00.005Z' }])
  const failing = runs.timed('schedule', async () => {
    throw new Error('no')
  })
  expect(await failing().catch(String)).toBe('Error: no')
  expect(runs.list()).toMatchObject([{ startedAt: '1970-01-01T00:00:00.005Z', isFailed: true }])
})
