import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCli } from '../../src/cli/program.ts'
import { json, type ScriptedManager, startScriptedManager } from '../client/scripted-manager.ts'
import { type TestIoOptions, testIo } from './test-io.ts'

const HOUR = 3_600_000
const START = Date.parse('2026-11-21T08:00:00Z')
let manager: ScriptedManager
let home: string
let message: string | null

beforeEach(async () => {
  manager = await startScriptedManager()
  home = mkdtempSync(join(tmpdir(), 'announcement-'))
  message = 'Maintenance at **22:00**'
  manager.on('GET /manager/announcement', () => json({ enabled: message !== null, message: message ?? '' }))
  manager.on('GET /config/vfolder-types', () => json(['user']))
})
afterEach(async () => {
  rmSync(home, { recursive: true })
  await manager[Symbol.asyncDispose]()
})

async function cli(args: string[], now: number, options: TestIoOptions = {}) {
  const io = testIo({ endpoint: manager.endpoint, home, now, isTTY: true, ...options })
  return { code: await runCli(args, io), ...io.out }
}

const COMMAND = ['admin', 'resource', 'vfolder-types']
const asked = (): number => manager.requestsOf('GET /manager/announcement').length

test('is shown after a command, once an hour', async () => {
  const first = await cli(COMMAND, START)
  expect([first.code, first.stdout]).toEqual([0, 'user\n'])
  expect(first.stderr).toContain('Maintenance at **22:00**')
  expect(first.stderr).toContain('admin announcement dismiss')
  expect((await cli(COMMAND, START + HOUR - 1)).stderr).toBe('')
  expect(asked()).toBe(1)
  expect((await cli(COMMAND, START + HOUR)).stderr).toContain('Maintenance')
})

test('is dismissed until it changes', async () => {
  expect((await cli(['admin', 'announcement', 'dismiss'], START)).code).toBe(0)
  expect((await cli(COMMAND, START + HOUR)).stderr).toBe('')
  expect((await cli(COMMAND, START + 3 * HOUR)).stderr).toBe('')
  message = 'All is well again.'
  expect((await cli(COMMAND, START + 5 * HOUR)).stderr).toContain('All is well again.')
})

test.each<[string, TestIoOptions, string[]]>([
  ['in a script', { isTTY: false }, COMMAND],
  ['with --json', {}, [...COMMAND, '--json']],
])('nobody is asked %s', async (_, options, args) => {
  expect((await cli(args, START, options)).stderr).toBe('')
  expect(asked()).toBe(0)
})

test('help connects to nothing', async () => {
  await cli(['admin', '--help'], START)
  expect(manager.requests).toEqual([])
})

test('without one there is nothing to show, or to dismiss', async () => {
  message = null
  expect((await cli(COMMAND, START)).stderr).toBe('')
  const result = await cli(['admin', 'announcement', 'dismiss'], START)
  expect(result.code).toBe(1)
  expect(result.stderr).toContain('There is no announcement to dismiss.')
})

test('a place that cannot be written to fails no command', async () => {
  const file = join(home, 'file')
  writeFileSync(file, '')
  const result = await cli(COMMAND, START, { home: file })
  expect([result.code, result.stdout, result.stderr]).toEqual([0, 'user\n', ''])
})
