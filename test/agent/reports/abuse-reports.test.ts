import { expect, test } from 'bun:test'
import { existsSync, writeFileSync } from 'node:fs'
import { createAbuseReports } from '../../../src/agent/reports/abuse-reports.ts'
import { DEFAULT_AGENT_SETTINGS } from '../../../src/agent/settings.ts'
import { silentLogger } from '../../../src/lib/logger.ts'
import { tempDirectory } from '../../harness/temp.ts'

test('reported kernels are told and, where that is set, ended; reports of the dead are removed', async () => {
  using dir = tempDirectory('abuse')
  const ended: string[] = []
  const reports = (forceTerminateAbusing: boolean) =>
    createAbuseReports(
      {
        settings: { ...DEFAULT_AGENT_SETTINGS, abuseReportPath: dir.path, forceTerminateAbusing },
        log: silentLogger,
      },
      async (id) => void ended.push(id),
      (id) => id === 'k1',
    )
  const put = (id: string, text = JSON.stringify({ ID: id, CID: 'c', reason: 'mining' })) =>
    writeFileSync(dir.at(`report.${id}.json`), text)
  put('k1')
  put('k2')
  put('k3', '{"ID": ')
  writeFileSync(dir.at('other.json'), '{}')
  const watching = reports(false)
  await watching?.look()
  expect(watching?.states).toEqual({ k1: 'detected' })
  expect([existsSync(dir.at('report.k1.json')), existsSync(dir.at('report.k2.json'))]).toEqual([true, false])
  expect(existsSync(dir.at('report.k3.json'))).toBe(true)
  const ending = reports(true)
  await ending?.look()
  expect([ending?.states, ended]).toEqual([{ k1: 'cleaning' }, ['k1']])
  const none = createAbuseReports(
    { settings: DEFAULT_AGENT_SETTINGS, log: silentLogger },
    async () => {},
    () => true,
  )
  expect(none).toBeNull()
})
