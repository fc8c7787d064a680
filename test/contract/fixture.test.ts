import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { populate } from '../../src/admin/fixture/populate.ts'
import { readFixture } from '../../src/admin/fixture/read-fixture.ts'
import { openStore, type StoreSettings } from '../../src/db/open.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { bootstrapCluster } from '../../src/manager/services/bootstrap.ts'
import { startPostgres, type TestPostgres } from '../harness/postgres.ts'

const data = resolve(import.meta.dir, '../compat/data/fixtures')
const EXAMPLES = [
  'example-users.json',
  'example-keypairs.json',
  'example-set-user-main-access-keys.json',
  'example-resource-presets.json',
  'example-session-templates.json',
]
const deps = { clock: systemClock, log: silentLogger }

let server: TestPostgres
beforeAll(async () => {
  server = await startPostgres()
}, 60_000)
afterAll(() => server[Symbol.asyncDispose]())

const settings: [name: string, fresh: () => Promise<StoreSettings>][] = [
  ['sqlite', async () => ({ kind: 'sqlite', path: ':memory:' })],
  ['postgres', async () => ({ kind: 'postgresql', url: (await server.freshDatabase()).url, poolSize: 4 })],
]

for (const [driver, fresh] of settings) {
  test(`the examples load on ${driver}, and a second time change nothing`, async () => {
    await using store = await openStore(await fresh(), deps)
    const load = async () => {
      const written: number[] = []
      for (const name of EXAMPLES) {
        const fixture = readFixture(JSON.parse(readFileSync(resolve(data, name), 'utf8')))
        const { tables } = await populate(store, fixture, { now: () => 0 })
        written.push(Object.values(tables).reduce((sum, table) => sum + table.written, 0))
      }
      return written
    }
    expect(await load()).toEqual([16, 6, 5, 6, 2])
    expect(await load()).toEqual([0, 0, 0, 0, 0])
    const presets = await store.db.select().from(store.tables.resourcePresets)
    expect(presets.find(({ name }) => name === 'cuda01-small')?.resourceSlots['cuda.shares']).toBe('0.5')
  }, 60_000)

  test(`of several processes that begin a cluster on ${driver} one does`, async () => {
    const where = await fresh()
    const stores = await Promise.all(
      (driver === 'sqlite' ? [1] : [1, 2, 3]).map(() => openStore(where, deps)),
    )
    const calls = stores.flatMap((store) => [1, 2].map(() => bootstrapCluster(store, {}, { now: () => 0 })))
    const results = await Promise.all(calls)
    expect(results.filter((result) => result.created)).toHaveLength(1)
    await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()))
  }, 60_000)

  test(`a broken reference on ${driver} is named`, async () => {
    await using store = await openStore(await fresh(), deps)
    const fixture = readFixture({ groups: [{ name: 'g', domain_name: 'none', resource_policy: 'x' }] })
    await expect(populate(store, fixture, { now: () => 0 })).rejects.toThrow('groups row 1: it refers to')
  })
}
