import { and, count, eq, inArray } from 'drizzle-orm'
import { notFound, Problem } from '../../../core/problem.ts'
import {
  folderNameFault,
  LIVE_VFOLDER_STATUSES,
  type VfolderPermission,
  type VfolderUsageMode,
  vfidText,
} from '../../../core/vfolder.ts'
import type { Store, Tx } from '../../../db/store.ts'
import type { Requester } from '../../context.ts'
import type { FolderContext, FolderPorts, FolderRow } from './folder-context.ts'
import { folderTypes } from './folder-types.ts'
import { requireHostPermission } from './host-grants.ts'
import { type ReachableProject, reachableProjects } from './reachable-projects.ts'

export interface NewFolder {
  name: string
  /** Null: the default host. */
  host: string | null
  /** Name or id of the project that owns it; null: the requester does. */
  group: string | null
  usageMode: VfolderUsageMode
  permission: VfolderPermission
  /** An absolute path on every host instead of a place in a volume; for superadmins. */
  unmanagedPath: string | null
  cloneable: boolean
  /** Bytes; null: no limit. */
  quota: bigint | null
}

/** Who a folder belongs to, with the limits of theirs. */
interface FolderOwner {
  type: 'user' | 'group'
  user: string | null
  group: string | null
  scope: string
  maxCount: number
  maxScopeBytes: number
}

const MIB = 1024n * 1024n

/** Makes a folder on its host and writes it down. */
export async function createFolder(
  context: FolderContext,
  requester: Requester,
  input: NewFolder,
): Promise<FolderRow> {
  const { store, storage, clock } = context.ports
  checkNewName(input.name)
  const project = input.group === null ? null : await projectToFill(store, requester, input.group)
  await checkType(context.ports, project === null ? 'user' : 'group')
  if (project !== null && input.name.startsWith('.') && input.name !== '.local')
    throw invalid('A project has no dot-folders but ".local".')
  const owner = project ? await projectOwner(store, project) : await userOwner(store, requester)
  const host = await hostFor(context.ports, requester, input, project)
  const at = new Date(clock.now())
  const row = {
    id: context.newId(),
    host,
    quotaScopeId: owner.scope,
    name: input.name,
    usageMode: input.usageMode,
    permission: input.permission,
    maxSize: input.quota === null ? null : Number((input.quota + MIB - 1n) / MIB),
    createdAt: at,
    creator: requester.email,
    unmanagedPath: input.unmanagedPath,
    ownershipType: owner.type,
    user: owner.user,
    group: owner.group,
    cloneable: input.cloneable,
    status: 'ready',
    statusHistory: { ready: at.toISOString() },
    statusChanged: at,
  }
  await refuseTaken(store, store.db, owner, input.name)
  if (row.unmanagedPath !== null) return await insertFolder(store, owner, row)
  const stored = { host, vfid: vfidText(row.quotaScopeId, row.id) }
  await storage.createFolder(stored, owner.maxScopeBytes > 0 ? owner.maxScopeBytes : null)
  try {
    return await insertFolder(store, owner, row)
  } catch (error) {
    await storage.deleteFolder(stored).catch((cause: unknown) => {
      context.ports.log.warn(
        { err: cause, ...stored },
        'a folder that could not be written down stays behind',
      )
    })
    throw error
  }
}

export function checkNewName(name: string): void {
  const fault = folderNameFault(name)
  if (fault !== null) throw new Problem('invalid-api-params', { msg: fault, data: { name: fault } })
}

const invalid = (msg: string) => new Problem('invalid-api-params', { msg, data: {} })

async function checkType({ config }: FolderPorts, type: 'user' | 'group'): Promise<void> {
  const types = await folderTypes(config)
  if (!types.includes(type))
    throw invalid(`Folders of a ${type} are not allowed here; allowed: ${types.join(', ')}.`)
}

async function projectToFill(store: Store, requester: Requester, named: string): Promise<ReachableProject> {
  const projects = await reachableProjects(store, requester)
  const fits = projects.filter(({ id, name }) => id === named.toLowerCase() || name === named)
  const project = fits.find(({ domainName }) => domainName === requester.domainName) ?? fits[0]
  if (!project) throw notFound('user group', `You have no project "${named}".`)
  if (project.isAdmin) return project
  throw new Problem('generic-forbidden', { msg: 'Only administrators make folders of a project.' })
}

async function hostFor(
  { storage, store }: FolderPorts,
  requester: Requester,
  { unmanagedPath, host: wanted }: NewFolder,
  project: ReachableProject | null,
): Promise<string> {
  if (unmanagedPath !== null) {
    if (!requester.isSuperadmin)
      throw new Problem('generic-forbidden', { msg: 'Only superadmins make folders of paths of the hosts.' })
    if (!unmanagedPath.startsWith('/') || unmanagedPath.includes('\0'))
      throw invalid('unmanaged_path must be an absolute path.')
    return ''
  }
  const host = wanted || (await storage.defaultHost())
  if (!host) throw invalid('Name the host of the folder: this cluster has no default host.')
  await requireHostPermission(
    store,
    requester,
    { host, group: project?.id ?? null, unmanagedPath: null },
    'create-vfolder',
  )
  return host
}

export async function userOwner(
  store: Pick<Store, 'db' | 'tables'>,
  requester: Pick<Requester, 'userUuid' | 'resourcePolicy'>,
): Promise<FolderOwner> {
  const { users, userResourcePolicies: own, keypairResourcePolicies: legacy } = store.tables
  const [row] = await store.db
    .select({ most: own.maxVfolderCount, bytes: own.maxQuotaScopeSize })
    .from(users)
    .innerJoin(own, eq(users.resourcePolicy, own.name))
    .where(eq(users.uuid, requester.userUuid))
  const [older] = await store.db
    .select({ most: legacy.maxVfolderCount })
    .from(legacy)
    .where(eq(legacy.name, requester.resourcePolicy))
  const limits = [row?.most ?? 0, older?.most ?? 0].filter((most) => most > 0)
  return {
    type: 'user',
    user: requester.userUuid,
    group: null,
    scope: `user:${requester.userUuid}`,
    maxCount: limits.length > 0 ? Math.min(...limits) : 0,
    maxScopeBytes: row?.bytes ?? 0,
  }
}

/** The owner of a folder that the requester owns or manages, with the limits of theirs. */
export async function ownerOfFolder(
  store: Store,
  requester: Requester,
  row: Pick<FolderRow, 'group'>,
): Promise<FolderOwner> {
  if (row.group === null) return await userOwner(store, requester)
  const project = (await reachableProjects(store, requester)).find(({ id }) => id === row.group)
  if (!project) throw notFound('user group')
  return await projectOwner(store, project)
}

async function projectOwner(store: Store, project: ReachableProject): Promise<FolderOwner> {
  const { projectResourcePolicies: policies } = store.tables
  const [row] = await store.db.select().from(policies).where(eq(policies.name, project.resourcePolicy))
  return {
    type: 'group',
    user: null,
    group: project.id,
    scope: `project:${project.id}`,
    maxCount: row?.maxVfolderCount ?? 0,
    maxScopeBytes: row?.maxQuotaScopeSize ?? 0,
  }
}

/** Checks owner, name and number again where nobody comes between, and inserts. */
export async function insertFolder(
  store: Store,
  owner: FolderOwner,
  row: Store['tables']['vfolders']['$inferInsert'],
): Promise<FolderRow> {
  return await store.tx(async (tx) => {
    await requireOwner(store, tx, owner)
    await refuseTaken(store, tx, owner, row.name)
    const [inserted] = await tx.insert(store.tables.vfolders).values(row).returning()
    if (!inserted) throw new Problem('vfolder-creation-failed')
    return inserted
  })
}

/** @throws Problem where the owner was purged after all checks: nobody would ever remove the folder. */
async function requireOwner(
  { tables: { users, groups } }: Pick<Store, 'tables'>,
  tx: Tx,
  { user, group }: Pick<FolderOwner, 'user' | 'group'>,
): Promise<void> {
  const found =
    group === null
      ? await tx
          .select({ id: users.uuid })
          .from(users)
          .where(eq(users.uuid, user ?? ''))
      : await tx.select({ id: groups.id }).from(groups).where(eq(groups.id, group))
  if (found.length === 0) throw notFound(group === null ? 'user' : 'user group')
}

/** Names are unique among an owner's folders in use, whatever their host, and their number may be limited. */
export async function refuseTaken(
  { tables }: Pick<Store, 'tables'>,
  db: Store['db'] | Tx,
  owner: Pick<FolderOwner, 'user' | 'group' | 'maxCount'>,
  name: string,
): Promise<void> {
  const { vfolders: f } = tables
  const own = and(
    owner.group === null ? eq(f.user, owner.user ?? '') : eq(f.group, owner.group),
    inArray(f.status, [...LIVE_VFOLDER_STATUSES]),
  )
  const taken = await db
    .select({ id: f.id })
    .from(f)
    .where(and(own, eq(f.name, name)))
  if (taken.length > 0) throw nameTaken(name)
  if (owner.maxCount <= 0) return
  const [total] = await db.select({ n: count() }).from(f).where(own)
  if ((total?.n ?? 0) < owner.maxCount) return
  throw new Problem('over-limit', {
    title: 'You cannot create more folders.',
    msg: `At most ${owner.maxCount} folders are allowed.`,
  })
}

export const nameTaken = (name: string): Problem =>
  new Problem('vfolder-already-exists', { msg: `There is a folder "${name}" already.` })
