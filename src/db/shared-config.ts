import { and, eq, ne, or, sql } from 'drizzle-orm'
import type { ConfigTree, SharedConfig } from '../config/shared.ts'
import { flattenTree, normalizeKey, treeOf } from '../core/config-tree.ts'
import { Problem } from '../core/problem.ts'
import { configChanged } from '../events/catalog/cluster.ts'
import type { Db, Store, Tx } from './store.ts'

/** The tree with what administration needs beyond the port. */
export interface StoredSharedConfig extends SharedConfig {
  /** Moves a key and all below it in one transaction; what is below the target already stays where it is not replaced. */
  move(from: string, to: string): Promise<void>
}

/** The row whose revision is that of the last write, deletions included; no key is empty. */
const COUNTER = ''

/** The shared configuration in the store: each write is one transaction that also emits `config_changed`. */
export function createSharedConfig(store: Store): StoredSharedConfig {
  const { sharedConfig } = store.tables

  /** By substr: LIKE would ignore case on SQLite. */
  const below = (prefix: string) =>
    prefix === ''
      ? ne(sharedConfig.key, COUNTER)
      : or(
          eq(sharedConfig.key, prefix),
          sql`substr(${sharedConfig.key}, 1, ${[...prefix].length + 1}) = ${`${prefix}/`}`,
        )

  async function rowsBelow(db: Db, prefix: string): Promise<[string, string][]> {
    const rows = await db.select().from(sharedConfig).where(below(prefix)).orderBy(sharedConfig.key)
    return rows.map((row) => [row.key, row.value])
  }

  async function nextRevision(tx: Tx): Promise<number> {
    const [row] = await tx
      .insert(sharedConfig)
      .values({ key: COUNTER, value: '', revision: 1 })
      .onConflictDoUpdate({
        target: sharedConfig.key,
        set: { revision: sql`${sharedConfig.revision} + 1` },
      })
      .returning({ revision: sharedConfig.revision })
    const revision = row?.revision ?? 1
    await tx.emit([{ name: configChanged.name, payload: { revision } }])
    return revision
  }

  async function write(tx: Tx, entries: readonly (readonly [string, string])[]): Promise<void> {
    const revision = await nextRevision(tx)
    for (const [key, value] of entries) {
      await tx
        .insert(sharedConfig)
        .values({ key, value, revision })
        .onConflictDoUpdate({ target: sharedConfig.key, set: { value, revision } })
    }
  }

  return {
    async get(key) {
      const rows = await store.db
        .select()
        .from(sharedConfig)
        .where(and(eq(sharedConfig.key, normalizeKey(key)), ne(sharedConfig.key, COUNTER)))
      return rows[0]?.value ?? null
    },
    async getPrefix(prefix) {
      const root = normalizeKey(prefix)
      return treeOf(root, await rowsBelow(store.db, root))
    },
    async set(key, value) {
      const name = requireKey(key)
      await store.tx((tx) => write(tx, [[name, value]]))
    },
    async setIfAbsent(key, value) {
      const name = requireKey(key)
      await store.tx(async (tx) => {
        const found = await tx.select().from(sharedConfig).where(eq(sharedConfig.key, name))
        if (found.length === 0) await write(tx, [[name, value]])
      })
    },
    async setTree(prefix, tree: ConfigTree) {
      const entries = flattenTree(normalizeKey(prefix), tree)
      for (const [key] of entries) requireKey(key)
      if (entries.length > 0) await store.tx((tx) => write(tx, entries))
    },
    async delete(key, options) {
      const name = normalizeKey(key)
      if (!options.prefix) requireKey(key)
      await store.tx(async (tx) => {
        const target = options.prefix ? below(name) : eq(sharedConfig.key, name)
        const gone = await tx.delete(sharedConfig).where(target).returning({ key: sharedConfig.key })
        if (gone.length > 0) await nextRevision(tx)
      })
    },
    async move(from, to) {
      const source = requireKey(from)
      const target = requireKey(to)
      if (target === source || target.startsWith(`${source}/`)) {
        throw new Problem('invalid-api-params', { msg: `"${source}" cannot be moved into itself` })
      }
      await store.tx(async (tx) => {
        const rows = await rowsBelow(tx, source)
        if (rows.length === 0) return
        await tx.delete(sharedConfig).where(below(source))
        await write(
          tx,
          rows.map(([key, value]) => [target + key.slice(source.length), value]),
        )
      })
    },
    async revision() {
      const rows = await store.db.select().from(sharedConfig).where(eq(sharedConfig.key, COUNTER))
      return rows[0]?.revision ?? 0
    },
  }
}

function requireKey(key: string): string {
  const name = normalizeKey(key)
  if (name === '') throw new Problem('invalid-api-params', { msg: 'the key must not be empty' })
  return name
}
