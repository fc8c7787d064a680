import { afterEach, beforeEach, expect, test } from 'bun:test'
import { runCli } from '../../src/cli/program.ts'
import { json, type ScriptedManager, startScriptedManager } from '../client/scripted-manager.ts'
import { testIo } from './test-io.ts'

let manager: ScriptedManager
let asked: URLSearchParams[]
const entry = (n: number) => ({
  id: `id-${n}`,
  created_at: `2026-11-21T08:00:0${n % 10}.000Z`,
  email: 'user@example.com',
  user_uuid: 'u',
  role: 'user',
  domain_name: 'default',
  access_key: 'AKIA',
  client_address: '10.0.0.1',
  operation: 'DELETE /session/:session',
  entity_type: 'session',
  entity_id: `=work,${n}`,
  result: 'denied',
  status: 403,
  description: null,
  duration_ms: 3,
  request_id: 'r',
})

beforeEach(async () => {
  asked = []
  manager = await startScriptedManager()
  manager.on('GET /audit-logs', (request) => {
    const query = new URL(request.target, 'http://x').searchParams
    asked.push(query)
    const from = Number(query.get('cursor') ?? 0)
    const limit = Number(query.get('limit'))
    const items = Array.from({ length: Math.min(limit, 700 - from) }, (_, n) => entry(from + n))
    const next = from + items.length
    return json({ items, next_cursor: next < 700 ? String(next) : null })
  })
})
afterEach(() => manager[Symbol.asyncDispose]())

async function run(...args: string[]) {
  const io = testIo({ endpoint: manager.endpoint, now: Date.parse('2026-11-21T09:00:00Z') })
  return { code: await runCli(['admin', 'audit-log', ...args], io), ...io.out }
}

test('lists with filters', async () => {
  const { code, stdout } = await run(
    ...['list', '--user', 'user@example.com', '--result', 'denied', '--entity', 'session'],
    ...['--since', '2026-11-01', '--limit', '2'],
  )
  expect(code).toBe(0)
  expect(stdout.split('\n')[0]).toMatch(/^TIME +WHO +FROM +OPERATION +WHAT +RESULT/)
  expect(stdout).toContain('session =work,1')
  expect(stdout).toContain('denied 403')
  expect(Object.fromEntries(asked[0] ?? [])).toEqual({
    email: 'user@example.com',
    result: 'denied',
    entity_type: 'session',
    since: '2026-11-01T00:00:00.000Z',
    limit: '2',
  })
})

test('exports every page as CSV that spreadsheets do not run', async () => {
  const { code, stdout, stderr } = await run('export')
  const lines = stdout.split('\r\n')
  expect([code, lines.length, asked.length]).toEqual([0, 702, 2])
  expect(lines[0]).toStartWith('created_at,email,')
  expect(lines[1]).toBe(
    `2026-11-21T08:00:00.000Z,user@example.com,u,user,default,AKIA,10.0.0.1,DELETE /session/:session,session,"'=work,0",denied,403,,3,r,id-0`,
  )
  expect(stderr).toContain('700 entries')
})

test('as JSON, one object per line, no more than asked for', async () => {
  const { stdout } = await run('export', '--limit', '3', '--json')
  const lines = stdout.trim().split('\n')
  expect(lines.map((line) => JSON.parse(line).id)).toEqual(['id-0', 'id-1', 'id-2'])
})

test.each([
  ['--since', 'soon'],
  ['--result', 'odd'],
])('refuses %s %s', async (option, value) => {
  expect((await run('list', option, value)).stderr).toContain(option)
  expect(asked).toEqual([])
})
