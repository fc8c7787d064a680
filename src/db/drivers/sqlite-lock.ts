import { Database } from 'bun:sqlite'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import * as v from 'valibot'
import type { Clock } from '../../lib/clock.ts'
import { databaseErrorCode, type StoreHolder, StoreLockedError } from '../errors.ts'
import { lockHolders } from './lock-holders.ts'
import { makePrivate } from './private-file.ts'

const holderSchema = v.object({ pid: v.number(), role: v.string(), since: v.string() })

/**
 * Makes this process the only user of the database at `path`, or throws `StoreLockedError`. The lock is an open
 * exclusive transaction on the empty side database `<path>.lock`, which the kernel ends with the process, however it
 * dies; `<path>.owner` only tells others who holds it. Who can read the side database can lock it, so that no other
 * user may.
 */
export function lockDatabaseFile(path: string, role: string, clock: Clock): Disposable {
  const ownerPath = `${path}.owner`
  const lockPath = `${path}.lock`
  makePrivate(lockPath)
  const lock = new Database(lockPath, { create: true, readwrite: true })
  try {
    lock.run('PRAGMA busy_timeout = 0')
    lock.run('BEGIN EXCLUSIVE')
  } catch (error) {
    const holders = lockHolders(lockPath)
    lock.close()
    if (databaseErrorCode(error)?.startsWith('SQLITE_BUSY') !== true) throw error
    throw lockedError(path, readHolder(ownerPath), holders)
  }
  const holder: StoreHolder = { pid: process.pid, role, since: new Date(clock.now()).toISOString() }
  makePrivate(ownerPath)
  writeFileSync(ownerPath, `${JSON.stringify(holder)}\n`)
  return {
    [Symbol.dispose]() {
      rmSync(ownerPath, { force: true })
      lock.run('ROLLBACK')
      lock.close()
    },
  }
}

/** What is written down may be of a process that died; the kernel knows better, where it tells. */
function lockedError(path: string, written: StoreHolder | null, pids: readonly number[]): StoreLockedError {
  const isTrue = written !== null && (pids.length === 0 || pids.includes(written.pid))
  return new StoreLockedError(path, isTrue ? written : null, pids)
}

/** Null when the holder has not written itself down yet. */
function readHolder(ownerPath: string): StoreHolder | null {
  try {
    return v.parse(holderSchema, JSON.parse(readFileSync(ownerPath, 'utf8')))
  } catch {
    return null
  }
}
