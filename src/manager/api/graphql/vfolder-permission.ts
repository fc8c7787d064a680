import { VFOLDER_HOST_PERMISSIONS } from '../../services/host-permissions.ts'
import type { GraphResource } from './resource.ts'
import sdl from './vfolder-permission.graphql' with { type: 'text' }

export const vfolderPermission = {
  sdl,
  queries: {
    vfolder_host_permissions: () => ({ vfolder_host_permission_list: VFOLDER_HOST_PERMISSIONS }),
  },
} satisfies GraphResource
