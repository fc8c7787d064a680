import { and, eq, ne } from 'drizzle-orm'
import { Problem } from '../../../core/problem.ts'
import type { FolderPorts, FolderRow } from './folder-context.ts'

type Ports = Pick<FolderPorts, 'store' | 'storage' | 'log'>

/**
 * Lifts the quota of a scope whose owner was purged, once `row` is the last folder in it. Goes before the row does, so
 * that what fails is tried again. @throws Problem while the storage host does not answer.
 */
export async function releaseScope(ports: Ports, row: FolderRow): Promise<void> {
  if (row.unmanagedPath !== null || (await isNeeded(ports, row))) return
  try {
    await ports.storage.unsetQuota(row.host, row.quotaScopeId)
  } catch (error) {
    if (!(error instanceof Problem) || error.kind === 'service-unavailable') throw error
    // Not every backend can; a scope without folders then keeps a limit that limits nothing.
    if (error.kind !== 'object-not-found')
      ports.log.warn(
        { err: error, scope: row.quotaScopeId },
        'the quota of a purged owner could not be lifted',
      )
  }
}

async function isNeeded({ store }: Ports, row: FolderRow): Promise<boolean> {
  const { db, tables } = store
  const { vfolders: f, users, groups } = tables
  const inScope = and(eq(f.host, row.host), eq(f.quotaScopeId, row.quotaScopeId), ne(f.id, row.id))
  const owner = row.quotaScopeId.slice(row.quotaScopeId.indexOf(':') + 1)
  const [others, people, projects] = await Promise.all([
    db.select({ id: f.id }).from(f).where(inScope).limit(1),
    db.select({ id: users.uuid }).from(users).where(eq(users.uuid, owner)),
    db.select({ id: groups.id }).from(groups).where(eq(groups.id, owner)),
  ])
  return others.length + people.length + projects.length > 0
}
