import { Database } from 'bun:sqlite'
import { existsSync } from 'node:fs'
import type { StoreTarget } from '../config/targets.ts'
import { createPostgresClient } from '../db/drivers/postgres-client.ts'
import { migrations } from '../db/migrations/index.generated.ts'

export interface SchemaState {
  dialect: 'sqlite' | 'postgres'
  /** Of this version, oldest first; null: not applied. */
  migrations: { tag: string; appliedAt: string | null }[]
}

/** What is applied to a database, without applying anything. */
export async function readSchemaState(target: StoreTarget): Promise<SchemaState> {
  const dialect = target.kind === 'sqlite' ? 'sqlite' : 'postgres'
  const applied = target.kind === 'sqlite' ? readSqlite(target.path) : await readPostgres(target)
  return {
    dialect,
    migrations: migrations[dialect].map(({ tag }) => ({ tag, appliedAt: applied.get(tag) ?? null })),
  }
}

function readSqlite(path: string): Map<string, string> {
  if (!existsSync(path)) return new Map()
  using database = new Database(path, { readonly: true })
  const known = database.query("SELECT 1 FROM sqlite_master WHERE name = 'schema_migrations'").get()
  if (known === null) return new Map()
  const rows = database
    .query<{ tag: string; applied_at: number }, []>('SELECT tag, applied_at FROM schema_migrations')
    .all()
  return new Map(rows.map((row) => [row.tag, new Date(row.applied_at).toISOString()]))
}

async function readPostgres(target: StoreTarget & { kind: 'postgresql' }): Promise<Map<string, string>> {
  const sql = createPostgresClient({ url: target.url, poolSize: 1 })
  try {
    const [table] = await sql<
      { name: string | null }[]
    >`SELECT to_regclass('schema_migrations')::text AS name`
    if (!table?.name) return new Map()
    const rows = await sql<{ tag: string; at: string }[]>`
      SELECT tag, to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at FROM schema_migrations`
    return new Map(rows.map((row) => [row.tag, row.at]))
  } finally {
    await sql.end({ timeout: 5 })
  }
}
