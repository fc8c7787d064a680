import { createHash } from 'node:crypto'
import { SchemaMismatchError } from './errors.ts'
import { type Kit, postgresKit, sqliteKit } from './kit.ts'
import { migrations } from './migrations/index.generated.ts'
import type { Store } from './store.ts'

export interface Migration {
  /** Its file name without `.sql`, e.g. `0000_initial`. */
  tag: string
  sql: string
}

export interface AppliedMigration {
  tag: string
  hash: string
  appliedAt: Date
}

const defineMigrationTable = (kit: Kit) =>
  kit.table('schema_migrations', {
    tag: kit.text('tag').primaryKey(),
    hash: kit.text('hash').notNull(),
    appliedAt: kit.time('applied_at').notNull(),
  })

/** The table in which a database remembers its migrations; it is made before the first of them. */
export const migrationTables = {
  sqlite: defineMigrationTable(sqliteKit),
  postgres: defineMigrationTable(postgresKit),
}

export const migrationHash = (migration: Migration): string =>
  createHash('sha256').update(migration.sql).digest('hex')

export const migrationStatements = (migration: Migration): string[] =>
  migration.sql.split('--> statement-breakpoint').filter((statement) => statement.trim() !== '')

/** Which of `known` a database with `applied` still needs; refuses one that a newer or another version has written. */
export function pendingMigrations(
  known: readonly Migration[],
  applied: readonly Pick<AppliedMigration, 'tag' | 'hash'>[],
): Migration[] {
  const hashes = new Map(known.map((migration) => [migration.tag, migrationHash(migration)]))
  for (const { tag, hash } of applied) {
    const expected = hashes.get(tag)
    if (expected === undefined) {
      throw new SchemaMismatchError(
        `the database has the migration "${tag}", which this version does not know: it was last used by a newer version`,
      )
    }
    if (expected !== hash) {
      throw new SchemaMismatchError(`the migration "${tag}" is not the one that was applied to the database`)
    }
  }
  const done = new Set(applied.map(({ tag }) => tag))
  return known.filter(({ tag }) => !done.has(tag))
}

/** Every migration of this version with the time at which it was applied. */
export async function listMigrations(store: Store): Promise<{ tag: string; appliedAt: Date | null }[]> {
  const applied = await store.db.select().from(migrationTables[store.dialect])
  const times = new Map(applied.map((row) => [row.tag, row.appliedAt]))
  return migrations[store.dialect].map(({ tag }) => ({ tag, appliedAt: times.get(tag) ?? null }))
}
