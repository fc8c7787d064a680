import { Database } from 'bun:sqlite'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import * as v from 'valibot'
import type { Clock } from '../../lib/clock.ts'
import { databaseErrorCode, type StoreHolder, StoreLockedError } from '../errors.ts'

const holderSchema = v.object({ pid: v.number(), role: v.string(), since: v.string() })

/**
 * Makes this process the only user of the database at `path`, or throws `StoreLockedError`. The lock is an open
 * exclusive transaction on the empty side database `<path>.lock`, which the kernel ends with the process, however it
 * dies; `<path>.owner` only tells others who holds it.
 */
export function lockDatabaseFile(path: string, role: string, clock: Clock): Disposable {
  const ownerPath = `${path}.owner`
  const lock = new Database(`${path}.lock`, { create: true, readwrite: true })
  try {
    lock.run('PRAGMA busy_timeout = 0')
    lock.run('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if (databaseErrorCode(error)?.startsWith('SQLITE_BUSY') !== true) throw error
    throw new StoreLockedError(path, readHolder(ownerPath))
  }
  const holder: StoreHolder = { pid: process.pid, role, since: new Date(clock.now()).toISOString() }
  writeFileSync(ownerPath, `${JSON.stringify(holder)}\n`, { mode: 0o600 })
  return {
    [Symbol.dispose]() {
      rmSync(ownerPath, { force: true })
      lock.run('ROLLBACK')
      lock.close()
    },
  }
}

/** Null when the holder has not written itself down yet. */
function readHolder(ownerPath: string): StoreHolder | null {
  try {
    return v.parse(holderSchema, JSON.parse(readFileSync(ownerPath, 'utf8')))
  } catch {
    return null
  }
}
