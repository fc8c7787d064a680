import { inArray, like, or } from 'drizzle-orm'
import { notFound, Problem } from '../../../core/problem.ts'
import {
  allowsPermission,
  isAutoMounted,
  VFOLDER_PERMISSIONS,
  type VfolderPermission,
  vfidText,
} from '../../../core/vfolder.ts'
import type { MountRecord } from '../../../db/tables/sessions.ts'
import type { ManagerPorts } from '../../context.ts'
import type { MountResolver } from '../sessions/enqueue.ts'
import type { Owner } from '../sessions/owner.ts'
import { folderUuid, isFolderId } from './folder-id.ts'
import { MOUNTABLE } from './hold-folders.ts'
import { hostGrants } from './host-grants.ts'
import { KERNEL_HOME, type MountEntry, mountEntries, refuseOverlaps } from './mount-entry.ts'
import { type FolderUser, reachableProjects } from './reachable-projects.ts'
import { type VisibleFolder, visibleFolders } from './visible-folders.ts'

type Ports = Pick<ManagerPorts, 'store' | 'storage'>

const invalid = (msg: string) => new Problem('invalid-api-params', { msg, data: {} })

interface Wanted extends MountEntry {
  found: VisibleFolder
  /** Nobody asked for it. */
  isAutomatic: boolean
}

/** Turns the folders that a session asks for, and those that come by themselves, into mounts (domain-model.md §4). */
export const createMountResolver =
  (ports: Ports): MountResolver =>
  async (owner, scope, config) => {
    const user = folderUser(owner)
    const entries = mountEntries(config)
    const all = await candidates(ports, user, entries)
    const usable = all.filter(({ row }) => row.group === null || row.group === scope.project.id)
    const asked = entries.flatMap((entry): Wanted[] => {
      const found = chosen(entry.folder, usable)
      if (found) return [{ ...entry, found, isAutomatic: false }]
      // A folder of another project of theirs is left out, as clients know it.
      if (chosen(entry.folder, all)) return []
      throw notFound('virtual folder', `You see no folder "${entry.folder}" to mount.`)
    })
    const named = new Set(asked.map(({ found }) => found.row.id))
    const automatic = usable
      .filter(({ row }) => isAutoMounted(row.name) && !named.has(row.id))
      .map((found) => ({
        folder: found.row.name,
        subpath: '.',
        target: null,
        permission: null,
        found,
        isAutomatic: true,
      }))
    const wanted = [...asked, ...automatic]
    if (wanted.length === 0) return []
    const allowed = await mountable(ports, user, scope.project.id, wanted)
    refuseOverlaps(
      allowed.map(({ found, subpath, folder }) => ({
        path: `${found.row.id}/${subpath === '.' ? '' : subpath}`.replace(/\/$/, ''),
        what: `The mounts of "${folder}"`,
      })),
    )
    const mounts = await Promise.all(allowed.map((one) => mountRecord(ports, owner, one)))
    refuseOverlaps(
      mounts.map(({ kernelPath, name }) => ({ path: kernelPath, what: `"${name}" at ${kernelPath}` })),
    )
    return mounts
  }

const folderUser = ({ user, keypair }: Owner): FolderUser => ({
  userUuid: user.uuid,
  email: user.email,
  role: user.role,
  domainName: user.domainName ?? '',
  resourcePolicy: keypair.resourcePolicy,
})

async function candidates({ store }: Ports, user: FolderUser, entries: readonly MountEntry[]) {
  const { vfolders: f } = store.tables
  const names = [...new Set(entries.map(({ folder }) => folder))]
  const ids = names.filter((name) => isFolderId(name)).map(folderUuid)
  return await visibleFolders(store, user, {
    statuses: MOUNTABLE,
    where: or(
      like(f.name, '.%'),
      names.length > 0 ? inArray(f.name, names) : undefined,
      ids.length > 0 ? inArray(f.id, ids) : undefined,
    ),
  })
}

/** The folder that a name or id means; of namesakes the user's own, then one they were invited to, then a project's. */
function chosen(nameOrId: string, folders: readonly VisibleFolder[]): VisibleFolder | null {
  const byId = isFolderId(nameOrId) ? folders.find(({ row }) => row.id === folderUuid(nameOrId)) : undefined
  if (byId) return byId
  const rank = ({ row, isOwner }: VisibleFolder) => (row.group !== null ? 2 : isOwner ? 0 : 1)
  const named = folders.filter(({ row }) => row.name === nameOrId)
  return named.toSorted((a, b) => rank(a) - rank(b))[0] ?? null
}

/** Without automatic ones on hosts where this user may mount nothing; asked for, they are an error. */
async function mountable({ store }: Ports, user: FolderUser, projectId: string, wanted: readonly Wanted[]) {
  const projects = await reachableProjects(store, user)
  const project = projects.find(({ id }) => id === projectId) ?? null
  const [own, shared] = await Promise.all([
    hostGrants(store, user, null),
    project ? hostGrants(store, user, project) : new Map<string, ReadonlySet<string>>(),
  ])
  return wanted.filter(({ found: { row }, isAutomatic }) => {
    const grants = row.group === null ? own : shared
    if (row.unmanagedPath !== null || grants.get(row.host)?.has('mount-in-session')) return true
    if (isAutomatic) return false
    throw invalid(`"mount-in-session" is not allowed to you on the storage host "${row.host}".`)
  })
}

async function mountRecord({ storage }: Ports, { user }: Owner, wanted: Wanted): Promise<MountRecord> {
  const { row } = wanted.found
  const permission = mountPermission(wanted)
  // A project's `.local` has a part for each member.
  const isPersonal = row.group !== null && row.name === '.local'
  const subpath = isPersonal ? user.uuid.replaceAll('-', '') : wanted.subpath
  const stored = { host: row.host, vfid: vfidText(row.quotaScopeId, row.id) }
  if (isPersonal) await storage.makeDirectories(stored, [subpath], { parents: true, existOk: true })
  return {
    name: row.name,
    vfid: stored.vfid,
    vfsubpath: subpath,
    hostPath: row.unmanagedPath ?? (await storage.mountPath(stored, subpath)),
    kernelPath:
      row.name === '.linuxbrew'
        ? '/home/linuxbrew/.linuxbrew'
        : (wanted.target ?? `${KERNEL_HOME}/${row.name}`),
    permission,
    usageMode: row.usageMode,
  }
}

function mountPermission({ found, permission, folder }: Wanted): VfolderPermission {
  if (permission === null || permission === '') return found.permission
  const wanted = VFOLDER_PERMISSIONS.find((one) => one === permission)
  if (!wanted) throw invalid(`"${permission}" is no permission: ${VFOLDER_PERMISSIONS.join(', ')} are.`)
  if (
    wanted === 'ro' ||
    (allowsPermission(found.permission, 'rw') && allowsPermission(found.permission, wanted))
  )
    return wanted
  throw invalid(`The folder "${folder}" can be mounted as ${found.permission} only.`)
}
