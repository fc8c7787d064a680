import { commandGroup } from '../admin/command-group.ts'
import type { Define } from '../command-table.ts'
import { EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'

export const defineAdminPermission: Define = (parent, bind) => {
  const permission = commandGroup(parent, {
    name: 'permission',
    summary: 'what may be allowed on a storage host',
    examples: ['admin permission list'],
  })
  subcommand(permission, {
    name: 'list',
    summary: 'list every permission on a storage host',
    examples: ['admin permission list'],
  }).action(
    bind(async ({ context: { client, out } }) => {
      const permissions = await (await client()).storageVolumes.permissions()
      if (out.isJson) out.json({ vfolder_host_permission_list: permissions })
      else out.text(permissions.join('\n'))
      return EXIT.ok
    }),
  )
}
