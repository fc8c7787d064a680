import { eq } from 'drizzle-orm'
import type { Requester } from '../../context.ts'
import type { SessionRow } from '../rows.ts'
import type { SessionContext } from './context.ts'
import { resolveSession, type SessionRef } from './resolve.ts'

export interface DependencyNode {
  session_id: string
  session_name: string
  /** `KernelStatus.RUNNING`: the spelling that the client takes apart. */
  status: string
  status_changed: string
  depends_on: DependencyNode[]
}

/** The session and what it depends on, all the way down; a session that occurs twice is shown twice. */
export async function dependencyGraph(
  { ports: { store } }: SessionContext,
  requester: Requester,
  ref: SessionRef,
): Promise<DependencyNode> {
  const root = await resolveSession(store, requester, ref, { ended: true })
  const { sessions, sessionDependencies } = store.tables
  const walk = async (session: SessionRow, above: readonly string[]): Promise<DependencyNode> => {
    const rows = await store.db
      .select({ session: sessions })
      .from(sessionDependencies)
      .innerJoin(sessions, eq(sessionDependencies.dependsOn, sessions.id))
      .where(eq(sessionDependencies.sessionId, session.id))
    const path = [...above, session.id]
    const below: DependencyNode[] = []
    for (const row of rows) if (!path.includes(row.session.id)) below.push(await walk(row.session, path))
    return { ...node(session), depends_on: below }
  }
  return await walk(root, [])
}

const node = (session: SessionRow) => ({
  session_id: session.id,
  session_name: session.name,
  status: `KernelStatus.${session.status}`,
  status_changed: (session.statusHistory[session.status] ?? 'None').replace('T', ' ').replace(/Z$/, '000'),
})
