import { commandGroup } from '../admin/command-group.ts'
import type { Define } from '../command-table.ts'
import { defineAdminAgent } from './admin-agent.ts'
import { defineAdminAnnouncement } from './admin-announcement.ts'
import { defineAdminAuditLog } from './admin-audit-log.ts'
import { defineAdminDomain } from './admin-domain.ts'
import { defineAdminEtcd } from './admin-etcd.ts'
import { defineAdminFolderPolicies } from './admin-folder-policies.ts'
import { defineAdminGroup } from './admin-group.ts'
import { defineAdminImage } from './admin-image.ts'
import { defineAdminKeypair } from './admin-keypair.ts'
import { defineAdminKeypairResourcePolicy } from './admin-keypair-resource-policy.ts'
import { defineAdminLicense } from './admin-license.ts'
import { defineAdminManager } from './admin-manager.ts'
import { defineAdminPermission } from './admin-permission.ts'
import { defineAdminQuotaScope } from './admin-quota-scope.ts'
import { defineAdminRegistry } from './admin-registry.ts'
import { defineAdminResource } from './admin-resource.ts'
import { defineAdminResourcePreset } from './admin-resource-preset.ts'
import { defineAdminScalingGroup } from './admin-scaling-group.ts'
import { defineAdminSession } from './admin-session.ts'
import { defineAdminStorage } from './admin-storage.ts'
import { defineAdminUser } from './admin-user.ts'
import { defineAdminVfolder } from './admin-vfolder.ts'
import { defineAdminWatcher } from './admin-watcher.ts'

/** In the order of the help, by what they are about. */
const GROUPS: Record<string, readonly Define[]> = {
  'People and projects': [
    defineAdminDomain,
    defineAdminGroup,
    defineAdminUser,
    defineAdminKeypair,
    defineAdminKeypairResourcePolicy,
    defineAdminFolderPolicies,
  ],
  'Sessions and images': [
    defineAdminSession,
    defineAdminImage,
    defineAdminRegistry,
    defineAdminResource,
    defineAdminResourcePreset,
  ],
  Machines: [defineAdminAgent, defineAdminScalingGroup, defineAdminWatcher],
  Folders: [defineAdminVfolder, defineAdminStorage, defineAdminQuotaScope, defineAdminPermission],
  Cluster: [
    defineAdminManager,
    defineAdminAnnouncement,
    defineAdminEtcd,
    defineAdminAuditLog,
    defineAdminLicense,
  ],
}

export const defineAdmin: Define = (parent, bind) => {
  const admin = commandGroup(parent, {
    name: 'admin',
    summary: 'people, projects, machines and sessions of everybody',
    examples: ['admin agent list', 'admin session list --all', 'admin user add default a@b.c s3cret'],
  })
  for (const [title, defines] of Object.entries(GROUPS)) {
    admin.commandsGroup(`${title}:`)
    for (const define of defines) define(admin, bind)
  }
}
