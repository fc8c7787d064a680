import { describe, expect, test } from 'bun:test'
import { chmodSync, existsSync, readdirSync, readlinkSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openSqliteStore } from '../../../src/db/drivers/sqlite.ts'
import { StoreLockedError } from '../../../src/db/errors.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { silentLogger } from '../../../src/lib/logger.ts'
import { tempDirectory } from '../../harness/temp.ts'
import { until } from '../../harness/until.ts'

const open = (path: string) =>
  openSqliteStore({ path, clock: systemClock, log: silentLogger, role: 'the second' })

const CLOSED = ['', '-shm', '-wal', '.lock', '.lock-journal', '.owner'].map((end) => `store.db${end} 600`)

const modesIn = (folder: string) =>
  readdirSync(folder)
    .sort()
    .map((name) => `${name} ${(statSync(join(folder, name)).mode & 0o777).toString(8)}`)

describe('the embedded store', () => {
  test('has one owner, who is named to others and whose death frees it without losing what it acknowledged', async () => {
    using directory = tempDirectory('owner')
    const path = directory.at('store.db')
    const script = join(import.meta.dir, '../fixtures/store-owner.ts')
    const owner = Bun.spawn([process.execPath, script, path], { stdout: 'pipe' })
    let acknowledged = 0
    const reading = (async () => {
      for await (const chunk of owner.stdout) {
        const numbers = new TextDecoder().decode(chunk).trim().split('\n')
        acknowledged = Number(numbers.at(-1))
      }
    })()
    await until(() => acknowledged >= 5)
    const error = await open(path).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(StoreLockedError)
    if (!(error instanceof StoreLockedError)) throw error
    expect(error.holder).toMatchObject({ pid: owner.pid, role: 'the owner' })
    expect(error.message).toContain(`the owner (process ${owner.pid},`)
    owner.kill('SIGKILL')
    await Promise.all([owner.exited, reading])
    await using store = await open(path)
    const rows = await store.db.select().from(store.tables.sharedConfig)
    expect(rows.length).toBeGreaterThanOrEqual(2 * acknowledged)
    expect(rows.length % 2).toBe(0)
  }, 20_000)

  test('is readable by its owner only', async () => {
    using directory = tempDirectory('mode')
    await using store = await open(directory.at('store.db'))
    await store.ping()
    expect(modesIn(directory.path)).toEqual(CLOSED)
  })

  test('closes files that were open to others, and a side database nobody else may lock', async () => {
    using directory = tempDirectory('mode')
    for (const name of ['store.db', 'store.db.lock', 'store.db.owner', 'store.db-shm']) {
      writeFileSync(directory.at(name), '')
      chmodSync(directory.at(name), 0o666)
    }
    await using store = await open(directory.at('store.db'))
    await store.ping()
    expect(modesIn(directory.path)).toEqual(CLOSED)
  })

  test('names the process that has the lock, not the one that wrote itself down and died', async () => {
    using directory = tempDirectory('holder')
    const path = directory.at('store.db')
    await (await open(path))[Symbol.asyncDispose]()
    writeFileSync(`${path}.owner`, JSON.stringify({ pid: 1, role: 'long gone', since: 'then' }))
    const script = `const { Database } = require('bun:sqlite'); const db = new Database(${JSON.stringify(`${path}.lock`)})
      db.run('BEGIN EXCLUSIVE'); console.log('locked'); await new Promise((done) => process.stdin.once('end', done).resume())`
    const other = Bun.spawn([process.execPath, '-e', script], { stdin: 'pipe', stdout: 'pipe' })
    await other.stdout.getReader().read()
    const error = await open(path).catch((reason: unknown) => reason)
    other.stdin.end()
    await other.exited
    expect(String(error)).toContain(`in use by process ${other.pid}`)
  })

  test('opened twice by one process leaves the first its lock', async () => {
    using directory = tempDirectory('twice')
    const path = directory.at('store.db')
    await using first = await open(path)
    await expect(open(path)).rejects.toThrow(`process ${process.pid},`)
    const script = `const { Database } = require('bun:sqlite')
      new Database(${JSON.stringify(`${path}.lock`)}).run('BEGIN EXCLUSIVE')`
    expect(Bun.spawnSync([process.execPath, '-e', script]).stderr.toString()).toContain('locked')
    await first.ping()
  })

  test('leaves nothing but the database after closing', async () => {
    using directory = tempDirectory('closing')
    const store = await open(directory.at('store.db'))
    await store[Symbol.asyncDispose]()
    await store[Symbol.asyncDispose]()
    expect(readdirSync(directory.path).sort()).toEqual(['store.db', 'store.db.lock'])
  })

  test('in memory: two of them share nothing, and no file stays while they are open', async () => {
    await using one = await open(':memory:')
    await using two = await open(':memory:')
    const files = openFilesInMemory()
    expect(files.length).toBeGreaterThanOrEqual(4)
    expect(files.filter((file) => !file.endsWith(' (deleted)'))).toEqual([])
    await one.tx((tx) => tx.insert(one.tables.sharedConfig).values({ key: 'k', value: 'v', revision: 1 }))
    expect(await one.db.select().from(one.tables.sharedConfig)).toHaveLength(1)
    expect(await two.db.select().from(two.tables.sharedConfig)).toEqual([])
    // More than a checkpoint's worth of pages, to see that the nameless files really serve.
    const value = 'x'.repeat(100_000)
    for (let n = 0; n < 60; n += 1) {
      await one.tx((tx) => tx.insert(one.tables.sharedConfig).values({ key: `${n}`, value, revision: n }))
    }
    expect(await one.db.select().from(one.tables.sharedConfig)).toHaveLength(61)
  })

  test('a path that cannot be opened is an error, and frees what was taken', async () => {
    using directory = tempDirectory('broken')
    const path = directory.at('store.db')
    await Bun.write(path, 'this is no database, however long it may be'.repeat(100))
    await expect(open(path)).rejects.toThrow()
    expect(existsSync(`${path}.owner`)).toBe(false)
  })
})

/** What this process has open below the directories of stores in memory; Linux marks files without a name. */
const openFilesInMemory = (): string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    const target = readlink(`/proc/self/fd/${fd}`)
    return target.includes('/backendai-db-') ? [target] : []
  })

const readlink = (path: string): string => {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
