import { inArray, sql } from 'drizzle-orm'
import type { ManagerPorts } from '../context.ts'
import { chunked } from './rows.ts'

/** Numbers of queries, and when keypairs were last used: added up in memory and written in bulk; a crash loses seconds. */
export interface Counters {
  countQuery(session: { id: string; mainKernelId: string }): void
  /** One signed request. */
  countCall(accessKey: string): void
  flush(): Promise<void>
}

export function createCounters({ store, clock }: Pick<ManagerPorts, 'store' | 'clock'>): Counters {
  const pending = {
    sessions: new Map<string, number>(),
    kernels: new Map<string, number>(),
    keypairs: new Map<string, number>(),
  }
  const grow = (map: Map<string, number>, key: string) => void map.set(key, (map.get(key) ?? 0) + 1)
  const take = (map: Map<string, number>) => {
    const groups = Map.groupBy([...map], ([, by]) => by)
    map.clear()
    return [...groups].flatMap(([by, entries]) =>
      chunked(entries.map(([key]) => key)).map((keys) => ({ by, keys })),
    )
  }
  return {
    countQuery({ id, mainKernelId }) {
      grow(pending.sessions, id)
      grow(pending.kernels, mainKernelId)
    },
    countCall(accessKey) {
      grow(pending.keypairs, accessKey)
    },
    async flush() {
      const { sessions, kernels, keypairs } = store.tables
      const lastUsed = new Date(clock.now())
      const [bySession, byKernel, byKeypair] = [
        take(pending.sessions),
        take(pending.kernels),
        take(pending.keypairs),
      ]
      if (bySession.length === 0 && byKeypair.length === 0) return
      await store.tx(
        async (tx) => {
          for (const { by, keys } of bySession) {
            const numQueries = sql`${sessions.numQueries} + ${by}`
            await tx.update(sessions).set({ numQueries }).where(inArray(sessions.id, keys))
          }
          for (const { by, keys } of byKernel) {
            const numQueries = sql`${kernels.numQueries} + ${by}`
            await tx.update(kernels).set({ numQueries }).where(inArray(kernels.id, keys))
          }
          for (const { by, keys } of byKeypair) {
            const numQueries = sql`${keypairs.numQueries} + ${by}`
            await tx.update(keypairs).set({ numQueries, lastUsed }).where(inArray(keypairs.accessKey, keys))
          }
        },
        { relaxed: true },
      )
    },
  }
}
