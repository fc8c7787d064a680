import { afterEach, beforeEach, expect, test } from 'bun:test'
import type { Io } from '../../src/admin/io.ts'
import { type TempDirectory, tempDirectory } from '../harness/temp.ts'
import { admin } from './admin.ts'
import { serveHere } from './admin-place.ts'

let dir: TempDirectory
beforeEach(async () => {
  dir = tempDirectory('dbshell')
})
afterEach(() => dir[Symbol.dispose]())

/** Runs nothing, but keeps what would have been run. */
async function dbshell(argv: string[], code: number | null = 0) {
  const ran: Parameters<Io['runProgram']>[] = []
  const runProgram: Io['runProgram'] = async (...call) => {
    ran.push(call)
    return code
  }
  return { ...(await admin(dir, ['mgr', 'dbshell', ...argv], '', { runProgram })), ran }
}

test('sqlite: the database, a command, JSON, further arguments', async () => {
  expect(await dbshell([])).toMatchObject({ code: 1, err: expect.stringContaining('schema oneshot') })
  await admin(dir, ['mgr', 'schema', 'oneshot'])
  const path = dir.at('data', 'store.db')
  expect((await dbshell([])).ran).toEqual([[['sqlite3', '-header', path], {}]])
  expect((await dbshell(['--json', '-c', 'SELECT 1'])).ran).toEqual([
    [['sqlite3', '-json', path, 'SELECT 1'], {}],
  ])
  expect((await dbshell(['--', '-csv'])).ran).toEqual([[['sqlite3', '-header', '-csv', path], {}]])
})

test('sqlite: for reading only while the manager runs', async () => {
  await using _role = await serveHere(dir)
  const path = dir.at('data', 'store.db')
  const opened = await dbshell([])
  expect(opened.ran).toEqual([[['sqlite3', '-readonly', '-header', path], {}]])
  expect(opened.err).toContain('--write')
  expect((await dbshell(['--write'])).ran).toEqual([[['sqlite3', '-header', path], {}]])
})

test('postgresql: the password is no argument', async () => {
  const url = 'postgres://ada:cor%20rect@127.0.0.1:1/backend'
  const { ran, code } = await dbshell(['--set', `store.url=${url}`, '-c', 'SELECT 1'])
  expect(code).toBe(0)
  expect(ran).toEqual([
    [['psql', '-c', 'SELECT 1', 'postgres://ada@127.0.0.1:1/backend'], { PGPASSWORD: 'cor rect' }],
  ])
  expect((await dbshell(['--set', `store.url=${url}`, '--json'])).code).toBe(2)
})

test('a program that is missing, and one that fails', async () => {
  await admin(dir, ['mgr', 'schema', 'oneshot'])
  expect(await dbshell([], null)).toMatchObject({
    code: 1,
    err: 'backendai: "sqlite3" is not installed: install the package sqlite3\n',
  })
  expect(await dbshell([], 4)).toMatchObject({ code: 1, err: 'backendai: sqlite3 ended with 4\n' })
})
