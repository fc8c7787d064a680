import { and, eq, sql } from 'drizzle-orm'
import type { Clock } from '../lib/clock.ts'
import { prepareQuery } from './prepare.ts'
import { type Lease, LeaseLostError, type Store, type Tx } from './store.ts'

type LeasePart = Pick<Store, 'acquireLease' | 'releaseLease' | 'checkLease'>

/**
 * Leases over `tx`, the same for both drivers. A lease is prolonged only by the store that took it: another process
 * with the same holder name (the one before a restart) is replaced at once, with a new epoch.
 */
export function createLeases(store: Pick<Store, 'tx' | 'tables' | 'db'>, clock: Clock): LeasePart {
  const { leases } = store.tables
  const epochs = new Map<string, number>()
  const current = prepareQuery(
    'lease_current',
    store.db
      .select({ epoch: leases.epoch })
      .from(leases)
      .where(
        and(
          eq(leases.name, sql.placeholder('name')),
          eq(leases.holder, sql.placeholder('holder')),
          eq(leases.epoch, sql.placeholder('epoch')),
        ),
      ),
  )

  return {
    async acquireLease(name, holder, ttlMs) {
      const key = JSON.stringify([name, holder])
      const lease = await store.tx(async (tx): Promise<Lease | null> => {
        const now = clock.now()
        const expiresAt = new Date(now + ttlMs)
        const [row] = await tx.select().from(leases).where(eq(leases.name, name))
        if (row === undefined) {
          await tx.insert(leases).values({ name, holder, epoch: 1, expiresAt })
          return { name, holder, epoch: 1 }
        }
        const ours = row.holder === holder && epochs.get(key) === row.epoch
        if (!ours && row.holder !== holder && row.expiresAt.getTime() > now) return null
        const epoch = ours ? row.epoch : row.epoch + 1
        await tx.update(leases).set({ holder, epoch, expiresAt }).where(eq(leases.name, name))
        return { name, holder, epoch }
      })
      if (lease === null) epochs.delete(key)
      else epochs.set(key, lease.epoch)
      return lease
    },

    async releaseLease(lease) {
      epochs.delete(JSON.stringify([lease.name, lease.holder]))
      await store.tx(async (tx) => {
        // The row stays: its epoch must never be given out twice.
        await tx
          .update(leases)
          .set({ expiresAt: new Date(0) })
          .where(isCurrent(lease))
      })
    },

    async checkLease(tx: Tx, lease) {
      const [row] = await current({ ...lease }, tx)
      if (row === undefined) throw new LeaseLostError(lease)
    },
  }

  function isCurrent(lease: Lease) {
    return and(eq(leases.name, lease.name), eq(leases.holder, lease.holder), eq(leases.epoch, lease.epoch))
  }
}
