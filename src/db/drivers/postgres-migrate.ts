import type { Sql } from 'postgres'
import type { Clock } from '../../lib/clock.ts'
import type { Logger } from '../../lib/logger.ts'
import { type AppliedMigration, migrationHash, migrationStatements, pendingMigrations } from '../migrate.ts'
import { migrations } from '../migrations/index.generated.ts'
import { MIGRATION_LOCK } from './postgres-locks.ts'

/** Applies what is missing in one transaction, one process at a time. */
export async function migratePostgres(
  sql: Sql,
  { clock, log }: { clock: Clock; log: Logger },
): Promise<void> {
  const tags = await sql.begin('read write', async (tx) => {
    await tx.unsafe(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`)
    await tx.unsafe(
      'CREATE TABLE IF NOT EXISTS schema_migrations (tag text PRIMARY KEY, hash text NOT NULL, applied_at timestamp (3) with time zone NOT NULL)',
    )
    const applied = await tx.unsafe<Pick<AppliedMigration, 'tag' | 'hash'>[]>(
      'SELECT tag, hash FROM schema_migrations',
    )
    const pending = pendingMigrations(migrations.postgres, applied)
    for (const migration of pending) {
      for (const statement of migrationStatements(migration)) await tx.unsafe(statement)
      await tx.unsafe('INSERT INTO schema_migrations (tag, hash, applied_at) VALUES ($1, $2, $3)', [
        migration.tag,
        migrationHash(migration),
        new Date(clock.now()).toISOString(),
      ])
    }
    return pending.map(({ tag }) => tag)
  })
  if (tags.length > 0) log.info({ migrations: tags }, 'database schema updated')
}
