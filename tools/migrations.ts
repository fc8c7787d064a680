import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type DrizzleSnapshotJSON,
  type DrizzleSQLiteSnapshotJSON,
  generateDrizzleJson,
  generateMigration,
  generateSQLiteDrizzleJson,
  generateSQLiteMigration,
} from 'drizzle-kit/api'
import { postgresKit, sqliteKit } from '../src/db/kit.ts'
import { defineTables } from '../src/db/tables/index.ts'

const DIALECTS = ['sqlite', 'postgres'] as const
type Dialect = (typeof DIALECTS)[number]
const BREAKPOINT = '\n--> statement-breakpoint\n'
const FIXED_ID = '00000000-0000-0000-0000-000000000000'

export interface MigrationDiff {
  statements: string[]
  /** The tables as they are now, to be kept beside the migrations as the base of the next difference. */
  snapshot: object
}

/** What is missing between the migrations written under `folder` and the tables of src/db/tables. */
export async function diffMigrations(folder: string, dialect: Dialect): Promise<MigrationDiff> {
  const path = join(folder, dialect, 'snapshot.json')
  const before: unknown = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null
  if (dialect === 'sqlite') {
    const base = (before ?? (await generateSQLiteDrizzleJson({}))) as DrizzleSQLiteSnapshotJSON
    const now = await generateSQLiteDrizzleJson(defineTables(sqliteKit))
    return { statements: await generateSQLiteMigration(base, now), snapshot: withoutIds(now) }
  }
  const base = (before ?? generateDrizzleJson({})) as DrizzleSnapshotJSON
  const now = generateDrizzleJson(defineTables(postgresKit))
  return { statements: await generateMigration(base, now), snapshot: withoutIds(now) }
}

/** The ids that drizzle draws at random would make every run a change. */
const withoutIds = (snapshot: object): object => ({ ...snapshot, id: FIXED_ID, prevId: FIXED_ID })

/** Writes the next migration of each dialect that needs one, and the index. Returns the files written. */
export async function writeMigrations(folder: string, name: string): Promise<string[]> {
  const written: string[] = []
  for (const dialect of DIALECTS) {
    mkdirSync(join(folder, dialect), { recursive: true })
    const { statements, snapshot } = await diffMigrations(folder, dialect)
    if (statements.length === 0) continue
    const number = String(migrationTags(folder, dialect).length).padStart(4, '0')
    const file = join(folder, dialect, `${number}_${name}.sql`)
    writeFileSync(file, `${statements.map((statement) => statement.trim()).join(BREAKPOINT)}\n`)
    writeFileSync(join(folder, dialect, 'snapshot.json'), `${JSON.stringify(snapshot, null, 1)}\n`)
    written.push(file)
  }
  writeFileSync(join(folder, 'index.generated.ts'), indexSource(folder))
  return written
}

/** The names of the migrations in order, without `.sql`. */
const migrationTags = (folder: string, dialect: Dialect): string[] =>
  readdirSync(join(folder, dialect))
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.slice(0, -'.sql'.length))
    .sort()

/** The module that embeds the SQL files in the executable. */
export function indexSource(folder: string): string {
  const all = DIALECTS.flatMap((dialect) => migrationTags(folder, dialect).map((tag) => ({ dialect, tag })))
  const variable = (dialect: Dialect, tag: string) => `${dialect}${tag.slice(0, 4)}`
  const imports = all.map(
    ({ dialect, tag }) =>
      `import ${variable(dialect, tag)} from './${dialect}/${tag}.sql' with { type: 'text' }`,
  )
  const lists = DIALECTS.map((dialect) => {
    const entries = all
      .filter((entry) => entry.dialect === dialect)
      .map(({ tag }) => `    { tag: '${tag}', sql: ${variable(dialect, tag)} },`)
    return [`  ${dialect}: [`, ...entries, '  ],'].join('\n')
  })
  return [
    '// Written by tools/migrations.ts (`bun run migrations`).',
    ...imports,
    '',
    'export const migrations = {',
    ...lists,
    '}',
    '',
  ].join('\n')
}

if (import.meta.main) {
  const name = process.argv[2] ?? 'change'
  if (!/^[a-z0-9-]+$/.test(name)) {
    process.stderr.write(`a migration's name is lower-case letters, digits and dashes, not "${name}"\n`)
    process.exit(2)
  }
  const written = await writeMigrations(join(import.meta.dir, '../src/db/migrations'), name)
  process.stdout.write(written.length === 0 ? 'migrations are up to date\n' : `${written.join('\n')}\n`)
}
