import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { Problem } from '../../core/problem.ts'
import { defineOperation } from './define.ts'

/** When the running manager's loops ran last, and which manager holds the scheduler's lease. */
export const schedulerLastRuns = defineOperation(v.object({}), async ({ store, loopRuns }) => {
  if (!loopRuns) {
    throw new Problem('service-unavailable', {
      msg: 'a running manager schedules: start "backendai up" or "backendai manager"',
    })
  }
  const { leases } = store.tables
  const held = await store.db.select().from(leases).where(eq(leases.name, 'scheduler'))
  return {
    loops: loopRuns(),
    leases: held.map(({ holder, expiresAt }) => ({ holder, expiresAt: expiresAt.toISOString() })),
  }
})
