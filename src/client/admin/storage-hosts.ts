import type { Connection } from '../connection.ts'

export interface AllHosts {
  default: string | null
  allowed: string[]
}

/** What a mount, or its removal, gave on the manager and on each agent. */
export interface MountReport {
  manager: { success?: boolean; message?: string; mounts?: string[] }
  agents: Record<string, { success?: boolean; message?: string; mounts?: string[] }>
}

export interface SharedFolder {
  vfolder_id: string
  vfolder_name: string
  owner: string
  status: string
  perm: string
  type: string
  shared_to: { uuid: string; email: string }
}

/** Storage hosts, and who shares which folder; superadmins only. */
export interface StorageHosts {
  list(): Promise<AllHosts>
  /** Name → number. */
  performanceMetric(host: string): Promise<Record<string, number>>
  /** The mount table of an agent, or of the manager. */
  fstab(agentId?: string): Promise<{ content: string; node: string; node_id: string }>
  mounts(): Promise<MountReport>
  mount(request: {
    name: string
    fsLocation: string
    fsType?: string | undefined
    options?: string | undefined
    scalingGroup?: string | undefined
    editFstab?: boolean | undefined
  }): Promise<MountReport>
  unmount(name: string, options?: { editFstab?: boolean | undefined }): Promise<MountReport>
  /** All shared folders, or one by its id. */
  shared(vfolderId?: string): Promise<SharedFolder[]>
  /** `ro`, `rw`, `wd`; null takes the folder away from the user. */
  updateShared(vfolderId: string, userId: string, permission: string | null): Promise<void>
  changeOwner(vfolderId: string, email: string): Promise<void>
}

export function createStorageHosts(connection: Connection): StorageHosts {
  const at = (...path: string[]): string[] => ['folders', '_', ...path]
  return {
    list: () => connection.json({ method: 'GET', path: at('all-hosts') }),
    async performanceMetric(host) {
      const query = { folder_host: host }
      const body = await connection.json<{ metric: Record<string, number> }>({
        method: 'GET',
        path: at('perf-metric'),
        query,
      })
      return body.metric
    },
    fstab: (agentId) => connection.json({ method: 'GET', path: at('fstab'), query: { agent_id: agentId } }),
    mounts: () => connection.json({ method: 'GET', path: at('mounts') }),
    mount: (request) =>
      connection.json({
        method: 'POST',
        path: at('mounts'),
        json: {
          name: request.name,
          fs_location: request.fsLocation,
          fs_type: request.fsType,
          options: request.options ?? null,
          scaling_group: request.scalingGroup,
          edit_fstab: request.editFstab ?? false,
        },
      }),
    unmount: (name, options = {}) =>
      connection.json({
        method: 'DELETE',
        path: at('mounts'),
        query: { name, edit_fstab: String(options.editFstab ?? false) },
      }),
    async shared(vfolderId) {
      const query = { vfolder_id: vfolderId }
      const body = await connection.json<{ shared: SharedFolder[] }>({
        method: 'GET',
        path: at('shared'),
        query,
      })
      return body.shared
    },
    async updateShared(vfolder, user, perm) {
      await connection.send({ method: 'POST', path: at('shared'), json: { vfolder, user, perm } })
    },
    async changeOwner(vfolder, email) {
      const json = { vfolder, user_email: email }
      await connection.send({ method: 'POST', path: at('change-ownership'), json })
    },
  }
}
