import type { Group, Groups } from '../../client/admin/groups.ts'
import type { HostPermissions, Slots } from '../../client/admin/wire-input.ts'
import { hostsText, limitsText, timeText, yesNo } from '../admin/cells.ts'
import { commandGroup } from '../admin/command-group.ts'
import { finish } from '../admin/finish.ts'
import { groupId } from '../admin/group-id.ts'
import { findNamed, onNamed } from '../admin/noun.ts'
import { GROUP } from '../admin/nouns.ts'
import { bool, hostsOption, slotsOption, someOf } from '../admin/option-values.ts'
import { showItem } from '../admin/show-item.ts'
import { showList } from '../admin/show-list.ts'
import { userIds } from '../admin/user-ids.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { confirm } from '../confirm.ts'
import { EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { isUuid } from '../session/event-query.ts'
import { ago } from '../times.ts'

interface GroupFlags {
  description?: string
  totalResourceSlots?: Slots
  vfolderHostPerms?: HostPermissions
  resourcePolicy?: string
}

export const defineAdminGroup: Define = (parent, bind) => {
  const group = commandGroup(parent, {
    name: 'group',
    aliases: ['project'],
    summary: 'projects, which share sessions and folders',
    examples: ['admin group list', 'admin group add default robots'],
  })

  subcommand(group, { name: 'list', summary: 'list projects', examples: ['admin group list -d default'] })
    .option('-d, --domain-name <NAME>', 'only of this domain')
    .action(bind<{ domainName?: string }>(({ context, options }) => list(context, options.domainName)))

  subcommand(group, {
    name: 'info',
    summary: 'show the projects of a name, or the one of an id',
    examples: ['admin group info robots'],
  })
    .argument('<ID_OR_NAME>', 'project')
    .action(bind(({ context, args }) => info(context, args[0] ?? '')))

  subcommand(group, {
    name: 'add',
    summary: 'make a project',
    examples: ['admin group add default robots --total-resource-slots cpu=16'],
  })
    .argument('<DOMAIN>', 'domain it belongs to')
    .argument('<NAME>', 'its name')
    .option('-d, --description <TEXT>', 'what it is for')
    .option('-i, --inactive', 'nobody may use it yet')
    .addOption(slotsOption())
    .addOption(hostsOption())
    .option('--resource-policy <NAME>', 'project resource policy')
    .action(
      bind<GroupFlags & { inactive?: boolean }>(
        async ({ context, options, args: [domain = '', name = ''] }) => {
          const client = await context.client()
          const input = { ...inputOf(options), isActive: !options.inactive }
          const made = await client.groups.create(domain, name, input)
          return finish(context, { group: made }, `Project ${name} is made: ${made.id}.`)
        },
      ),
    )

  subcommand(group, {
    name: 'update',
    summary: 'change a project',
    examples: ['admin group update robots --total-resource-slots cpu=32'],
  })
    .argument('<GROUP>', 'project by id or name')
    .option('-n, --name <NAME>', 'another name')
    .option('-d, --description <TEXT>', 'what it is for')
    .option('--is-active <BOOL>', 'whether it may be used', bool)
    .addOption(slotsOption())
    .addOption(hostsOption())
    .option('--resource-policy <NAME>', 'project resource policy')
    .action(
      bind<GroupFlags & { name?: string; isActive?: boolean }>(({ context, options, args: [group = ''] }) => {
        const changes = someOf({ ...inputOf(options), name: options.name, isActive: options.isActive })
        return onGroup(context, group, 'is changed', (groups, id) => groups.update(id, changes))
      }),
    )

  subcommand(group, {
    name: 'delete',
    summary: 'make a project inactive',
    examples: ['admin group delete robots'],
  })
    .argument('<GROUP>', 'project by id or name')
    .action(
      bind(({ context, args: [group = ''] }) =>
        onGroup(context, group, 'is inactive', (groups, id) => groups.delete(id)),
      ),
    )

  subcommand(group, {
    name: 'purge',
    summary: 'remove a project with its folders and sessions',
    examples: ['admin group purge robots'],
  })
    .argument('<GROUP>', 'project by id or name')
    .action(
      bind(async ({ context, args: [group = ''] }) => {
        await confirm(context, `Remove project ${group} with its folders and sessions for good?`)
        return onGroup(context, group, 'is removed', (groups, id) => groups.purge(id))
      }),
    )

  subcommand(group, {
    name: 'add-users',
    summary: 'add users to a project',
    examples: ['admin group add-users robots user@example.com'],
  })
    .argument('<GROUP>', 'project by id or name')
    .argument('<USERS...>', 'their ids or e-mail addresses')
    .action(
      bind(async ({ context, args: [group = '', ...users] }) => {
        const ids = await userIds(context, users)
        return onGroup(context, group, 'has them', (groups, id) => groups.addUsers(id, ids))
      }),
    )

  subcommand(group, {
    name: 'remove-users',
    summary: 'take users out of a project',
    examples: ['admin group remove-users robots user@example.com'],
  })
    .argument('<GROUP>', 'project by id or name')
    .argument('<USERS...>', 'their ids or e-mail addresses')
    .action(
      bind(async ({ context, args: [group = '', ...users] }) => {
        const ids = await userIds(context, users)
        return onGroup(context, group, 'has them no more', (groups, id) => groups.removeUsers(id, ids))
      }),
    )
}

const inputOf = (flags: GroupFlags) => ({
  description: flags.description,
  totalResourceSlots: flags.totalResourceSlots,
  allowedVfolderHosts: flags.vfolderHostPerms,
  resourcePolicy: flags.resourcePolicy,
})

async function onGroup(
  context: CommandContext,
  group: string,
  outcome: string,
  work: (groups: Groups, id: string) => Promise<void>,
): Promise<number> {
  const id = await groupId(context, group)
  await onNamed(context, GROUP, id, (client) => work(client.groups, id))
  return finish(context, { group: { id } }, `Project ${group} ${outcome}.`)
}

async function list(context: CommandContext, domainName: string | undefined): Promise<number> {
  const groups = await (await context.client()).groups.list({ domainName })
  return showList(context, groups, {
    none: 'There are no projects.',
    cells: [
      { title: 'ID', show: ({ id }) => id },
      { title: 'NAME', min: 10, show: ({ name }) => name },
      { title: 'DOMAIN', min: 6, show: ({ domain_name }) => domain_name },
      { title: 'ACTIVE', show: ({ is_active }) => yesNo(is_active) },
      { title: 'CREATED', show: ({ created_at }, now) => ago(created_at, now) },
    ],
  })
}

async function info(context: CommandContext, idOrName: string): Promise<number> {
  const found = await findNamed(context, GROUP, idOrName, ({ groups }) => matching(groups, idOrName))
  const [first, ...others] = found
  if (others.length > 0 && context.out.isJson) return showList(context, found, { none: '', cells: [] })
  if (first) showGroup(context, first)
  for (const each of others) {
    context.out.text('\n')
    showGroup(context, each)
  }
  return EXIT.ok
}

async function matching(groups: Groups, idOrName: string): Promise<readonly Shown[] | null> {
  if (!isUuid(idOrName)) {
    const found = await groups.byName(idOrName)
    return found.length > 0 ? found : null
  }
  const found = await groups.detail(idOrName)
  return found && [found]
}

type Shown = Omit<Group, 'modified_at' | 'scaling_groups'>

const showGroup = (context: CommandContext, group: Shown): number =>
  showItem(context, group, [
    ['Id', group.id],
    ['Name', group.name],
    ['Description', group.description],
    ['Domain', group.domain_name],
    ['Active', yesNo(group.is_active)],
    ['Created', timeText(group.created_at, context.io.now())],
    ['Limits', limitsText(group.total_resource_slots)],
    ['Storage hosts', hostsText(group.allowed_vfolder_hosts)],
    ['Resource policy', group.resource_policy],
    ['Integration id', group.integration_id],
  ])
