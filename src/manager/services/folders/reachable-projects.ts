import { and, eq, or } from 'drizzle-orm'
import type { Store } from '../../../db/store.ts'
import type { Requester } from '../../context.ts'

export interface ReachableProject {
  id: string
  name: string
  domainName: string
  resourcePolicy: string
  allowedVfolderHosts: Record<string, string[]>
  /** Manages its folders: superadmins, administrators of its domain, and its own. */
  isAdmin: boolean
  isMember: boolean
}

/** Whose folders are asked for: the requester, or a user in whose name an administrator asks. */
export type FolderUser = Pick<Requester, 'userUuid' | 'email' | 'role' | 'domainName' | 'resourcePolicy'>

/** The active projects whose folders a user sees. */
export async function reachableProjects(
  store: Pick<Store, 'db' | 'tables'>,
  user: Pick<FolderUser, 'userUuid' | 'role' | 'domainName'>,
): Promise<ReachableProject[]> {
  const { groups: g, groupMembers: m } = store.tables
  const isManager = user.role === 'superadmin' || user.role === 'admin'
  const rows = await store.db
    .select({
      id: g.id,
      name: g.name,
      domainName: g.domainName,
      resourcePolicy: g.resourcePolicy,
      allowedVfolderHosts: g.allowedVfolderHosts,
      role: m.role,
    })
    .from(g)
    .leftJoin(m, and(eq(m.groupId, g.id), eq(m.userId, user.userUuid)))
    .where(
      and(
        eq(g.isActive, true),
        user.role === 'superadmin'
          ? undefined
          : or(eq(m.userId, user.userUuid), isManager ? eq(g.domainName, user.domainName) : undefined),
      ),
    )
  return rows.map(({ role, ...row }) => ({
    ...row,
    isMember: role !== null,
    isAdmin: isManager || role === 'admin',
  }))
}
