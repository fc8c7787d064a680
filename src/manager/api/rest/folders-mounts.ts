import { fstabParams, mountVolumeParams, unmountVolumeParams } from '../../../api/folder.ts'
import {
  listClusterMounts,
  mountOnCluster,
  readClusterFstab,
  unmountOnCluster,
} from '../../services/folders/cluster-mounts.ts'
import type { FolderContext } from '../../services/folders/folder-context.ts'
import { json } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'

/** File systems that the machines of the cluster mount for volumes. */
export function folderMountRoutes({ ports }: FolderContext): readonly Route[] {
  const administration = { auth: 'superadmin', path: '/folders/_/mounts' } as const
  return [
    defineRoute({
      ...administration,
      summary: 'List the mounts of all machines',
      method: 'GET',
      handler: async () => json(await listClusterMounts(ports)),
    }),
    defineRoute({
      ...administration,
      summary: 'Mount a file system on the machines',
      method: 'POST',
      whenFrozen: 'refuse',
      params: mountVolumeParams,
      handler: async ({ params }) => {
        const mount = {
          name: params.name,
          location: params.fs_location,
          type: params.fs_type ?? 'nfs',
          options: params.options,
          fstab: params.edit_fstab ? params.fstab_path : null,
        }
        return json(await mountOnCluster(ports, mount, params.scaling_group))
      },
    }),
    defineRoute({
      ...administration,
      summary: 'Unmount a file system from the machines',
      method: 'DELETE',
      whenFrozen: 'refuse',
      params: unmountVolumeParams,
      handler: async ({ params }) => {
        const mount = { name: params.name, fstab: params.edit_fstab ? params.fstab_path : null }
        return json(await unmountOnCluster(ports, mount, params.scaling_group))
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/folders/_/fstab',
      summary: 'Show the fstab of a machine',
      auth: 'superadmin',
      params: fstabParams,
      handler: async ({ params }) => json(await readClusterFstab(ports, params.agent_id, params.fstab_path)),
    }),
  ]
}
