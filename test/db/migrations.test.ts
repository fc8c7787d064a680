import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SchemaMismatchError } from '../../src/db/errors.ts'
import { migrationHash, pendingMigrations } from '../../src/db/migrate.ts'
import { diffMigrations, indexSource, writeMigrations } from '../../tools/migrations.ts'
import { tempDirectory } from '../harness/temp.ts'

const folder = join(import.meta.dir, '../../src/db/migrations')

describe('migrations', () => {
  test.each(['sqlite', 'postgres'] as const)(
    'those of %s make the tables as they are defined',
    async (dialect) => {
      // Otherwise: bun run migrations NAME
      expect((await diffMigrations(folder, dialect)).statements).toEqual([])
    },
  )

  test('the embedded list is that of the folder', () => {
    expect(readFileSync(join(folder, 'index.generated.ts'), 'utf8')).toBe(indexSource(folder))
  })

  test('the first run writes both dialects, the second nothing', async () => {
    using directory = tempDirectory('migrations')
    const files = await writeMigrations(directory.path, 'initial')
    expect(files).toEqual([
      directory.at('sqlite/0000_initial.sql'),
      directory.at('postgres/0000_initial.sql'),
    ])
    expect(await writeMigrations(directory.path, 'again')).toEqual([])
  })

  const known = [
    { tag: '0000_a', sql: 'A' },
    { tag: '0001_b', sql: 'B' },
  ]
  const [a, b] = known.map((migration) => ({ tag: migration.tag, hash: migrationHash(migration) }))
  if (a === undefined || b === undefined) throw new Error('two migrations')

  test('a database needs those that it has not had', () => {
    expect(pendingMigrations(known, [])).toEqual(known)
    expect(pendingMigrations(known, [a]).map(({ tag }) => tag)).toEqual(['0001_b'])
    expect(pendingMigrations(known, [a, b])).toEqual([])
  })

  test('refuses the database of a newer version, and a migration that was changed afterwards', () => {
    const newer = () => pendingMigrations(known, [a, b, { tag: '0002_c', hash: 'h' }])
    expect(newer).toThrow(SchemaMismatchError)
    expect(newer).toThrow('newer version')
    const changed = () => pendingMigrations(known, [{ tag: '0000_a', hash: 'h' }])
    expect(changed).toThrow('"0000_a" is not the one')
  })
})
