import { and, eq, inArray, or, type SQL } from 'drizzle-orm'
import { LIVE_VFOLDER_STATUSES, type VfolderPermission, type VfolderStatus } from '../../../core/vfolder.ts'
import type { Store } from '../../../db/store.ts'
import type { FolderRow } from './folder-context.ts'
import { type FolderUser, reachableProjects } from './reachable-projects.ts'

/** A folder as one user may use it. */
export interface VisibleFolder {
  row: FolderRow
  /** May change the folder itself: its user, or whoever manages its project. */
  isOwner: boolean
  /** What the user may do with its files. */
  permission: VfolderPermission
  projectName: string | null
}

export interface FolderFilter {
  /** Default: those in use. */
  statuses?: readonly VfolderStatus[]
  where?: SQL | undefined
}

/** The folders that a user has, was invited to, or sees through projects, oldest first. */
export async function visibleFolders(
  store: Pick<Store, 'db' | 'tables'>,
  user: Pick<FolderUser, 'userUuid' | 'role' | 'domainName'>,
  filter: FolderFilter = {},
): Promise<VisibleFolder[]> {
  const { vfolders: f, vfolderPermissions: p } = store.tables
  const projects = new Map((await reachableProjects(store, user)).map((one) => [one.id, one]))
  const rows = await store.db
    .select({ row: f, granted: p.permission })
    .from(f)
    .leftJoin(p, and(eq(p.vfolder, f.id), eq(p.user, user.userUuid)))
    .where(
      and(
        inArray(f.status, [...(filter.statuses ?? LIVE_VFOLDER_STATUSES)]),
        filter.where,
        or(
          eq(f.user, user.userUuid),
          and(eq(f.ownershipType, 'user'), eq(p.user, user.userUuid)),
          projects.size > 0 ? inArray(f.group, [...projects.keys()]) : undefined,
        ),
      ),
    )
    .orderBy(f.createdAt, f.id)
  return rows.map(({ row, granted }) => {
    const project = row.group === null ? undefined : projects.get(row.group)
    const isOwner = row.ownershipType === 'user' ? row.user === user.userUuid : (project?.isAdmin ?? false)
    return {
      row,
      isOwner,
      permission: isOwner ? 'wd' : (granted ?? row.permission),
      projectName: project?.name ?? null,
    }
  })
}
