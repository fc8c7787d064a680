import { VFOLDER_HOST_PERMISSIONS } from '../../services/host-permissions.ts'
import { json } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'

export const aclRoutes = (): readonly Route[] => [
  defineRoute({
    method: 'GET',
    path: '/acl',
    summary: 'List the permissions that folder hosts can grant',
    auth: 'user',
    handler: () => json({ vfolder_host_permission_list: VFOLDER_HOST_PERMISSIONS }),
  }),
]
