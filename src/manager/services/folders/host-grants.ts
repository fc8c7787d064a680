import { eq } from 'drizzle-orm'
import { Problem } from '../../../core/problem.ts'
import type { Store } from '../../../db/store.ts'
import type { VFOLDER_HOST_PERMISSIONS } from '../host-permissions.ts'
import { type FolderUser, type ReachableProject, reachableProjects } from './reachable-projects.ts'

export type HostPermission = (typeof VFOLDER_HOST_PERMISSIONS)[number]

/** Host → what may be done there. */
export type HostGrants = ReadonlyMap<string, ReadonlySet<string>>

/**
 * What a user may do on which storage hosts: the union of what their domain, their keypair's policy and the project
 * allow, or all of their projects for folders of their own (domain-model.md §3). @param project null: own folders
 */
export async function hostGrants(
  store: Pick<Store, 'db' | 'tables'>,
  user: FolderUser,
  project: ReachableProject | null,
): Promise<HostGrants> {
  const { domains, keypairResourcePolicies: policies } = store.tables
  const domainName = project?.domainName ?? user.domainName
  const [domain, policy] = await Promise.all([
    store.db.select({ hosts: domains.allowedVfolderHosts }).from(domains).where(eq(domains.name, domainName)),
    store.db
      .select({ hosts: policies.allowedVfolderHosts })
      .from(policies)
      .where(eq(policies.name, user.resourcePolicy)),
  ])
  const projects = project
    ? [project]
    : (await reachableProjects(store, user)).filter(({ isMember }) => isMember)
  const maps = [...domain, ...policy].map(({ hosts }) => hosts)
  return unionOf([...maps, ...projects.map(({ allowedVfolderHosts }) => allowedVfolderHosts)])
}

function unionOf(maps: readonly Record<string, string[]>[]): HostGrants {
  const result = new Map<string, Set<string>>()
  for (const map of maps) {
    for (const [host, permissions] of Object.entries(map)) {
      const known = result.get(host) ?? new Set()
      for (const permission of permissions) known.add(permission)
      result.set(host, known)
    }
  }
  return result
}

/** @throws Problem where the host does not allow it to this user. */
export async function requireHostPermission(
  store: Pick<Store, 'db' | 'tables'>,
  user: FolderUser,
  folder: { host: string; group: string | null; unmanagedPath: string | null },
  permission: HostPermission,
): Promise<void> {
  if (folder.unmanagedPath !== null) return
  const projects = folder.group === null ? [] : await reachableProjects(store, user)
  const project = projects.find(({ id }) => id === folder.group) ?? null
  const grants = await hostGrants(store, user, project)
  if (grants.get(folder.host)?.has(permission)) return
  throw new Problem('invalid-api-params', {
    msg: `"${permission}" is not allowed to you on the storage host "${folder.host}".`,
    data: {},
  })
}
