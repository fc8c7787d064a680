import { and, eq, sql } from 'drizzle-orm'
import { oncePerStore } from '../../db/once-per-store.ts'
import { prepareQuery } from '../../db/prepare.ts'
import type { Store } from '../../db/store.ts'
import { sessionIdentity } from './rows.ts'

/** What each step in the life of a session asks about it, mostly in a transaction; built once per store. */
export const lifeQueries = oncePerStore(({ db, tables }: Pick<Store, 'db' | 'tables'>) => {
  const { sessions, kernels, agents } = tables
  const id = sql.placeholder('id')
  return {
    identity: prepareQuery(
      'life_identity',
      db.select(sessionIdentity(sessions)).from(sessions).where(eq(sessions.id, id)),
    ),
    status: prepareQuery(
      'life_status',
      db.select({ id: sessions.id, status: sessions.status }).from(sessions).where(eq(sessions.id, id)),
    ),
    kernel: prepareQuery(
      'life_kernel',
      db
        .select({
          id: kernels.id,
          clusterRole: kernels.clusterRole,
          clusterIdx: kernels.clusterIdx,
          status: kernels.status,
        })
        .from(kernels)
        .where(eq(kernels.id, id)),
    ),
    kernelsOfSession: prepareQuery(
      'life_kernels',
      db
        .select({ status: kernels.status, role: kernels.clusterRole, slots: kernels.occupiedSlots })
        .from(kernels)
        .where(eq(kernels.sessionId, id)),
    ),
    scheduledKernels: prepareQuery(
      'life_scheduled_kernels',
      db
        .select({ id: kernels.id, sessionId: kernels.sessionId, agent: kernels.agent })
        .from(kernels)
        .where(and(eq(kernels.sessionId, id), eq(kernels.status, 'SCHEDULED'))),
    ),
    agentAddress: prepareQuery(
      'life_agent_address',
      db.select({ id: agents.id, addr: agents.addr }).from(agents).where(eq(agents.id, id)),
    ),
  }
})
