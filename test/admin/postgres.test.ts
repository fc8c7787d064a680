import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Io } from '../../src/admin/io.ts'
import { openStore } from '../../src/db/open.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { verifyPassword } from '../../src/lib/password-hash.ts'
import { bootstrapCluster } from '../../src/manager/services/bootstrap.ts'
import { startPostgres } from '../harness/postgres.ts'
import { tempDirectory } from '../harness/temp.ts'
import { admin } from './admin.ts'

const owned = new AsyncDisposableStack()
const dir = tempDirectory('admin-postgres')
let url = ''
beforeAll(async () => {
  owned.defer(() => dir[Symbol.dispose]())
  const server = owned.use(await startPostgres())
  const database = owned.use(await server.freshDatabase())
  url = database.url
  expect((await mgr('schema', 'oneshot')).out).toStartWith('postgres database: up to date')
  await using store = await openHere()
  await bootstrapCluster(store, {}, { now: () => 0 })
}, 60_000)
afterAll(() => owned.disposeAsync())

const openHere = () =>
  openStore({ kind: 'postgresql', url, poolSize: 2 }, { clock: systemClock, log: silentLogger })
const mgr = (...argv: string[]) => admin(dir, ['mgr', '--set', `store.url=${url}`, ...argv])

test('a password is reset, and rows are vacuumed', async () => {
  const { out } = await mgr('user', 'reset-password', 'admin@default')
  {
    await using store = await openHere()
    const [user] = await store.db.select().from(store.tables.users)
    expect(await verifyPassword(out.trim(), user?.password ?? null)).toBe(true)
  }
  expect(await mgr('clear-history', '--vacuum-full')).toMatchObject({ code: 0 })
  expect(await mgr('image', 'list')).toEqual({ code: 0, out: 'no images\n', err: '' })
  expect(await mgr('agent', 'list')).toEqual({ code: 0, out: 'no agent has joined yet\n', err: '' })
}, 30_000)

test('dbshell: psql itself answers', async () => {
  let out = ''
  const runProgram: Io['runProgram'] = async (argv, env) => {
    const ran = Bun.spawnSync([...argv], { env: { ...process.env, ...env } })
    out = ran.stdout.toString() + ran.stderr.toString()
    return ran.exitCode
  }
  const argv = ['mgr', '--set', `store.url=${url}`, 'dbshell', '-c', 'SELECT name FROM domains', '--', '-At']
  expect((await admin(dir, argv, '', { runProgram })).code).toBe(0)
  expect(out).toBe('default\n')
}, 30_000)
