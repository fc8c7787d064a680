import { count, eq } from 'drizzle-orm'
import type { ManagerPorts } from '../context.ts'

/** Tells statistics monitors how many sessions run and agents live; asks the store only where anybody reads them. */
export async function reportFigures({
  store,
  plugins: { monitors },
}: Pick<ManagerPorts, 'store' | 'plugins'>): Promise<void> {
  if (!(await monitors.readsMetrics())) return
  const { sessions, agents } = store.tables
  const [running] = await store.db
    .select({ count: count() })
    .from(sessions)
    .where(eq(sessions.status, 'RUNNING'))
  const [alive] = await store.db.select({ count: count() }).from(agents).where(eq(agents.status, 'ALIVE'))
  monitors.reportMetric('gauge', 'ai.backend.manager.active_sessions', running?.count ?? 0)
  monitors.reportMetric('gauge', 'ai.backend.manager.agent_instances', alive?.count ?? 0)
}
