import type { Database } from 'bun:sqlite'
import type { Clock } from '../../lib/clock.ts'
import type { Logger } from '../../lib/logger.ts'
import { SchemaMismatchError } from '../errors.ts'
import { type AppliedMigration, migrationHash, migrationStatements, pendingMigrations } from '../migrate.ts'
import { migrations } from '../migrations/index.generated.ts'

/** Applies what is missing in one transaction; the connection has foreign keys off, as rebuilding a table needs. */
export function migrateSqlite(connection: Database, { clock, log }: { clock: Clock; log: Logger }): void {
  connection.run('PRAGMA foreign_keys = OFF')
  connection.run('BEGIN IMMEDIATE')
  try {
    connection.run(
      'CREATE TABLE IF NOT EXISTS schema_migrations (tag text PRIMARY KEY, hash text NOT NULL, applied_at integer NOT NULL)',
    )
    const applied = connection
      .query<Pick<AppliedMigration, 'tag' | 'hash'>, []>('SELECT tag, hash FROM schema_migrations')
      .all()
    const pending = pendingMigrations(migrations.sqlite, applied)
    for (const migration of pending) {
      for (const statement of migrationStatements(migration)) connection.run(statement)
      connection.run('INSERT INTO schema_migrations (tag, hash, applied_at) VALUES (?, ?, ?)', [
        migration.tag,
        migrationHash(migration),
        clock.now(),
      ])
    }
    if (pending.length > 0 && connection.query('PRAGMA foreign_key_check').get() !== null) {
      throw new SchemaMismatchError('a migration would leave rows that name missing ones')
    }
    connection.run('COMMIT')
    if (pending.length > 0) {
      log.info({ migrations: pending.map(({ tag }) => tag) }, 'database schema updated')
    }
  } catch (error) {
    if (connection.inTransaction) connection.run('ROLLBACK')
    throw error
  }
}
