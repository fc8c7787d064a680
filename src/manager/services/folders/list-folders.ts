import { eq, inArray, or } from 'drizzle-orm'
import { notFound, Problem } from '../../../core/problem.ts'
import { LIVE_VFOLDER_STATUSES } from '../../../core/vfolder.ts'
import type { Store } from '../../../db/store.ts'
import type { Requester } from '../../context.ts'
import { listedView } from './folder-views.ts'
import { type FolderUser, reachableProjects } from './reachable-projects.ts'
import { type VisibleFolder, visibleFolders } from './visible-folders.ts'

type Readable = Pick<Store, 'db' | 'tables'>

export interface FolderQuery {
  /** Everybody's; for superadmins. */
  all: boolean
  /** Name or id: of projects' folders, those of this one. */
  project: string | null
  /** In whose name an administrator asks. */
  ownerEmail: string | null
}

/** The folders in use that a user sees, as `GET /folders` shows them. */
export async function listFolders(store: Readable, requester: Requester, query: FolderQuery) {
  const user = query.ownerEmail === null ? requester : await userNamed(store, requester, query.ownerEmail)
  const { vfolders: f } = store.tables
  const projectIds = query.project === null ? null : await projectsNamed(store, user, query.project)
  const where =
    projectIds === null ? undefined : or(eq(f.ownershipType, 'user'), inArray(f.group, projectIds))
  const found = query.all ? await everyFolder(store, requester) : await visibleFolders(store, user, { where })
  const emails = await ownerEmails(store, found)
  return found.map((folder) => listedView(folder, emails.get(folder.row.user ?? '') ?? null))
}

async function projectsNamed(store: Readable, user: FolderUser, named: string): Promise<string[]> {
  const projects = await reachableProjects(store, user)
  const ids = projects
    .filter(({ id, name }) => id === named.toLowerCase() || name === named)
    .map(({ id }) => id)
  if (ids.length === 0) throw notFound('user group', `There is no project "${named}".`)
  return ids
}

async function everyFolder(store: Readable, requester: Requester): Promise<VisibleFolder[]> {
  if (!requester.isSuperadmin)
    throw new Problem('insufficient-privilege', { msg: 'Only superadmins see the folders of everybody.' })
  const { vfolders: f, groups: g } = store.tables
  const rows = await store.db
    .select({ row: f, projectName: g.name })
    .from(f)
    .leftJoin(g, eq(f.group, g.id))
    .where(inArray(f.status, [...LIVE_VFOLDER_STATUSES]))
    .orderBy(f.createdAt, f.id)
  return rows.map(({ row, projectName }) => {
    const isOwner = row.user === requester.userUuid || row.ownershipType === 'group'
    return { row, isOwner, permission: row.permission, projectName }
  })
}

/** Superadmins ask for anybody, domain administrators for those of their domain who are no superadmins. */
async function userNamed(store: Readable, requester: Requester, email: string): Promise<FolderUser> {
  if (email === requester.email) return requester
  if (requester.role !== 'superadmin' && requester.role !== 'admin')
    throw new Problem('insufficient-privilege', {
      msg: 'Only administrators ask in the name of other users.',
    })
  const { users, keypairs } = store.tables
  const [found] = await store.db
    .select({ user: users, policy: keypairs.resourcePolicy })
    .from(users)
    .leftJoin(keypairs, eq(keypairs.accessKey, users.mainAccessKey))
    .where(eq(users.email, email))
  const isInReach =
    requester.role === 'superadmin' ||
    (found?.user.domainName === requester.domainName && found.user.role !== 'superadmin')
  if (!found || !isInReach) throw notFound('user', `There is no user ${email} in your reach.`)
  const { uuid, role, domainName } = found.user
  return { userUuid: uuid, email, role, domainName: domainName ?? '', resourcePolicy: found.policy ?? '' }
}

async function ownerEmails(store: Readable, folders: readonly VisibleFolder[]): Promise<Map<string, string>> {
  const ids = [...new Set(folders.flatMap(({ row }) => (row.user === null ? [] : [row.user])))]
  if (ids.length === 0) return new Map()
  const { users } = store.tables
  const rows = await store.db
    .select({ uuid: users.uuid, email: users.email })
    .from(users)
    .where(inArray(users.uuid, ids))
  return new Map(rows.map(({ uuid, email }) => [uuid, email]))
}
