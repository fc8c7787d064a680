import { expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { eventKinds } from '../../src/events/catalog/index.ts'

const folder = join(import.meta.dir, '../../src/events/catalog')

/** Every value of a module that looks like a kind, one level deep too. */
function kindsIn(module: Record<string, unknown>): string[] {
  return Object.values(module).flatMap((value) => {
    if (typeof value !== 'object' || value === null) return []
    if ('name' in value && 'schema' in value) return [String(value.name)]
    if ('type' in value) return []
    return kindsIn({ ...value })
  })
}

test('the catalogue has every kind of every file, under its own name, once', async () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts') && file !== 'index.ts')
  const modules: Record<string, unknown>[] = await Promise.all(
    files.map((file) => import(join(folder, file))),
  )
  const names = modules.flatMap(kindsIn)
  expect(names.length).toBeGreaterThan(20)
  expect([...eventKinds.keys()].sort()).toEqual(names.sort())
  for (const [name, kind] of eventKinds) expect(kind.name).toBe(name)
})
