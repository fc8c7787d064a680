import { expect, test } from 'bun:test'
import { monitorErrorLog } from '../../../plugins/monitor-error-log/index.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { silentLogger } from '../../../src/lib/logger.ts'
import type { ErrorLogEntry } from '../../../src/plugin/monitor.ts'

test('failures become rows, at most sixty a minute', async () => {
  const rows: ErrorLogEntry[] = []
  const clock = { ...systemClock, at: 60_000_000, now: () => clock.at }
  const recordError = async (entry: ErrorLogEntry) => void rows.push(entry)
  const monitor = monitorErrorLog.configure({}, { clock, log: silentLogger, recordError })
  const context = { operation: 'POST /session', requestId: 'r-1', status: 500 }
  await monitor.captureException(new TypeError('broken'), context)
  await monitor.captureException('just text', context)
  await monitor.captureMessage('x'.repeat(100_000), context)
  expect(rows[0]).toMatchObject({ severity: 'error', message: 'TypeError: broken', context })
  expect(rows[0]?.traceback).toContain('monitor-error-log.test')
  expect(rows[1]).toMatchObject({ message: 'just text', traceback: null })
  expect(rows[2]?.message).toHaveLength(65_536)
  for (let n = 0; n < 100; n += 1) await monitor.captureMessage('again', context)
  expect(rows).toHaveLength(60)
  clock.at += 60_000
  await monitor.captureMessage('later', context)
  expect(rows.at(-1)?.message).toBe('later')
})
