import { Database } from 'bun:sqlite'
import { type StoreTarget, storeTarget } from '../config/targets.ts'
import { createPostgresClient } from '../db/drivers/postgres-client.ts'
import { lockDatabaseFile } from '../db/drivers/sqlite-lock.ts'
import { StoreLockedError } from '../db/errors.ts'
import { systemClock } from '../lib/clock.ts'
import { AdminError } from './admin-error.ts'
import type { Session } from './session.ts'
import { isServing } from './socket-client.ts'
import { adminSocketPath } from './socket-path.ts'

/** Gives the room of deleted rows back to the file system. @throws AdminError while a manager uses an SQLite file. */
export async function vacuum(session: Session): Promise<void> {
  const config = session.config()
  const target = storeTarget(config)
  if (target.kind === 'postgresql') return await vacuumPostgres(target)
  if (await isServing(adminSocketPath(config.data.dir))) {
    throw new AdminError('SQLite is vacuumed while the manager is down: all of it waits for the end', 1)
  }
  vacuumSqlite(target)
}

async function vacuumPostgres(target: StoreTarget & { kind: 'postgresql' }): Promise<void> {
  const sql = createPostgresClient({ url: target.url, poolSize: 1 })
  try {
    await sql.unsafe('VACUUM FULL')
  } finally {
    await sql.end({ timeout: 5 })
  }
}

function vacuumSqlite({ path }: StoreTarget & { kind: 'sqlite' }): void {
  try {
    using _lock = lockDatabaseFile(path, 'mgr clear-history', systemClock)
    using database = new Database(path, { readwrite: true })
    database.run('VACUUM')
    database.run('PRAGMA wal_checkpoint(TRUNCATE)')
  } catch (error) {
    if (error instanceof StoreLockedError) throw new AdminError(error.message, 3)
    throw error
  }
}
