import { and, eq } from 'drizzle-orm'
import { notFound, Problem } from '../../../core/problem.ts'
import type { Requester } from '../../context.ts'
import type { StorageHost } from '../../storage/storage-hosts.ts'
import { findFolder, storedFolder } from './find-folder.ts'
import type { FolderPorts, FolderRow } from './folder-context.ts'
import { hostGrants } from './host-grants.ts'
import { reachableProjects } from './reachable-projects.ts'

type Ports = Pick<FolderPorts, 'store' | 'storage' | 'config' | 'log'>

/** The hosts where the requester, or a project of theirs, may have folders. */
export async function usableHosts(ports: Ports, requester: Requester, projectId: string | null) {
  const { store, storage } = ports
  const projects = projectId === null ? [] : await reachableProjects(store, requester)
  const project = projects.find(({ id }) => id === projectId) ?? null
  if (projectId !== null && project === null) throw notFound('user group', 'You have no such project.')
  const grants = await hostGrants(store, requester, project)
  const volumes = (await storage.list()).filter(({ host }) => grants.has(host))
  const usual = await storage.defaultHost()
  return {
    default: volumes.some(({ host }) => host === usual) ? usual : null,
    allowed: volumes.map(({ host }) => host),
    volume_info: Object.fromEntries(
      await Promise.all(volumes.map(async (volume) => [volume.host, await volumeInfo(ports, volume)])),
    ),
  }
}

async function volumeInfo({ storage, config, log }: Ports, volume: StorageHost) {
  const shown = ((await config.get('volumes/exposed_volume_info')) ?? 'percentage').split(',')
  const usage = await storage.fsUsage(volume.host).catch((error: unknown) => {
    log.warn({ err: error, host: volume.host }, 'a storage host could not be measured')
    return null
  })
  const percentage =
    usage && usage.capacityBytes > 0 ? Math.floor((usage.usedBytes / usage.capacityBytes) * 100) : null
  const known: Record<string, number | null> = {
    percentage,
    used_bytes: usage?.usedBytes ?? null,
    capacity_bytes: usage?.capacityBytes ?? null,
  }
  const names: Record<string, string> = { used_bytes: 'used', capacity_bytes: 'total' }
  const wanted = shown.map((name) => name.trim()).filter((name) => name in known)
  return {
    backend: volume.backend,
    capabilities: volume.capabilities,
    usage: Object.fromEntries(wanted.map((name) => [names[name] ?? name, known[name] ?? null])),
    sftp_scaling_groups: volume.sftpScalingGroups,
  }
}

export async function allHosts({ storage }: Pick<Ports, 'storage'>) {
  const allowed = (await storage.list()).map(({ host }) => host)
  return { default: await storage.defaultHost(), allowed }
}

/** Any folder of a host. */
export async function folderOnHost(
  { store }: Pick<Ports, 'store'>,
  host: string,
  id: string,
): Promise<FolderRow> {
  const { vfolders: f } = store.tables
  const [row] = await store.db
    .select()
    .from(f)
    .where(and(eq(f.id, id), eq(f.host, host)))
  if (!row) throw notFound('virtual folder', `The host "${host}" has no folder ${id}.`)
  return row
}

/** A folder of which the requester may see and set the quota: their own; superadmins any. */
async function quotaFolder(ports: Ports, requester: Requester, host: string, id: string): Promise<FolderRow> {
  if (requester.isSuperadmin) return await folderOnHost(ports, host, id)
  const { row } = await findFolder(ports.store, requester, id, { permission: 'owner' })
  if (row.host !== host) throw notFound('virtual folder', `The host "${host}" has no folder ${id}.`)
  return row
}

/** The quota of the scope that a folder counts in; bytes, null without one. */
export async function readQuota(ports: Ports, requester: Requester, host: string, id: string) {
  const row = await quotaFolder(ports, requester, host, id)
  const { usedBytes, limitBytes } = await ports.storage.quota(storedFolder(row).host, row.quotaScopeId)
  return { size_bytes: limitBytes, limit_bytes: limitBytes, used_bytes: usedBytes }
}

/** Sets it, within what the policies of the owner allow. Backends without quotas ignore it. */
export async function writeQuota(
  ports: Ports,
  requester: Requester,
  host: string,
  id: string,
  bytes: number,
): Promise<void> {
  const row = await quotaFolder(ports, requester, host, id)
  const most = await scopeLimit(ports, row)
  if (!requester.isSuperadmin && most > 0 && (bytes <= 0 || bytes > most))
    throw new Problem('over-limit', { msg: `The quota can be at most ${most} bytes.` })
  await ports.storage.setQuota(storedFolder(row).host, row.quotaScopeId, bytes > 0 ? bytes : null)
}

async function scopeLimit({ store }: Pick<Ports, 'store'>, row: FolderRow): Promise<number> {
  const { users, groups, userResourcePolicies: own, projectResourcePolicies: shared } = store.tables
  const [policy] =
    row.group === null
      ? await store.db
          .select({ most: own.maxQuotaScopeSize })
          .from(users)
          .innerJoin(own, eq(users.resourcePolicy, own.name))
          .where(eq(users.uuid, row.user ?? ''))
      : await store.db
          .select({ most: shared.maxQuotaScopeSize })
          .from(groups)
          .innerJoin(shared, eq(groups.resourcePolicy, shared.name))
          .where(eq(groups.id, row.group))
  return policy?.most ?? 0
}
