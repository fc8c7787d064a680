import type { ScalingGroupInput } from '../../client/admin/scaling-groups.ts'
import { timeText, treeText, yesNo } from '../admin/cells.ts'
import { commandGroup } from '../admin/command-group.ts'
import { finish } from '../admin/finish.ts'
import { groupId } from '../admin/group-id.ts'
import { findNamed, onNamed } from '../admin/noun.ts'
import { SCALING_GROUP } from '../admin/nouns.ts'
import { bool, object, someOf } from '../admin/option-values.ts'
import { showItem } from '../admin/show-item.ts'
import { showList } from '../admin/show-list.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { SpelledOption } from '../spelled-option.ts'

interface GroupFlags {
  description?: string
  driver?: string
  driverOpts?: Record<string, unknown>
  scheduler?: string
  schedulerOpts?: Record<string, unknown>
  wsproxyAddr?: string
  wsproxyApiToken?: string
}

type AddFlags = GroupFlags & { inactive?: boolean; private?: boolean; useHostNetwork?: boolean }
type UpdateFlags = GroupFlags & { active?: boolean; private?: boolean; useHostNetwork?: boolean }

const description = () => new SpelledOption('-d, --description <TEXT>', 'what it is for', '--desc')

export const defineAdminScalingGroup: Define = (parent, bind) => {
  const group = commandGroup(parent, {
    name: 'scaling-group',
    aliases: ['resource-group'],
    summary: 'resource groups, which agents belong to',
    examples: ['admin scaling-group list', 'admin scaling-group get-available default'],
  })

  subcommand(group, {
    name: 'list',
    summary: 'list resource groups',
    examples: ['admin scaling-group list'],
  }).action(bind(({ context }) => list(context)))

  subcommand(group, {
    name: 'info',
    summary: 'show one resource group',
    examples: ['admin scaling-group info default'],
  })
    .argument('<NAME>', 'resource group')
    .action(bind(({ context, args }) => info(context, args[0] ?? '')))

  subcommand(group, {
    name: 'get-available',
    summary: 'list those that you may use in a project',
    examples: ['admin scaling-group get-available default'],
  })
    .argument('<GROUP>', 'project')
    .action(bind(({ context, args }) => available(context, args[0] ?? '')))

  subcommand(group, {
    name: 'add',
    summary: 'make a resource group',
    examples: ['admin scaling-group add gpu --scheduler drf'],
  })
    .argument('<NAME>', 'its name')
    .addOption(description())
    .option('--inactive', 'takes no sessions yet')
    .option('--private', 'users do not see it')
    .option('--driver <NAME>', 'how agents come to it', 'static')
    .option('--driver-opts <JSON>', 'options of the driver', object)
    .option('--scheduler <NAME>', 'fifo, lifo or drf', 'fifo')
    .option('--scheduler-opts <JSON>', 'options of the scheduler', object)
    .option('--use-host-network', 'sessions use the network of their agent')
    .option('--wsproxy-addr <URL>', 'address of the app proxy')
    .option('--wsproxy-api-token <TOKEN>', 'its token')
    .action(
      bind<AddFlags>(async ({ context, options, args: [name = ''] }) => {
        const made = await (await context.client()).scalingGroups.create(name, {
          ...inputOf(options),
          isActive: !options.inactive,
          isPublic: !options.private,
          useHostNetwork: options.useHostNetwork === true,
        })
        return finish(context, { scaling_group: made }, `Resource group ${name} is made.`)
      }),
    )

  subcommand(group, {
    name: 'update',
    summary: 'change a resource group',
    examples: ['admin scaling-group update gpu --scheduler lifo --active true'],
  })
    .argument('<NAME>', 'resource group')
    .addOption(description())
    .option('-a, --active <BOOL>', 'whether it takes sessions', bool)
    .option('--private <BOOL>', 'whether it is hidden from users', bool)
    .option('--driver <NAME>', 'how agents come to it')
    .option('--driver-opts <JSON>', 'options of the driver', object)
    .option('--scheduler <NAME>', 'fifo, lifo or drf')
    .option('--scheduler-opts <JSON>', 'options of the scheduler', object)
    .option('--use-host-network <BOOL>', 'sessions use the network of their agent', bool)
    .option('--wsproxy-addr <URL>', 'address of the app proxy')
    .option('--wsproxy-api-token <TOKEN>', 'its token')
    .action(
      bind<UpdateFlags>(async ({ context, options, args: [name = ''] }) => {
        const changes = someOf({
          ...inputOf(options),
          isActive: options.active,
          isPublic: options.private === undefined ? undefined : !options.private,
          useHostNetwork: options.useHostNetwork,
        })
        await onNamed(context, SCALING_GROUP, name, (client) => client.scalingGroups.update(name, changes))
        return finish(context, {}, `Resource group ${name} is changed.`)
      }),
    )

  subcommand(group, {
    name: 'delete',
    summary: 'remove a resource group',
    examples: ['admin scaling-group delete gpu'],
  })
    .argument('<NAME>', 'resource group')
    .action(
      bind(async ({ context, args: [name = ''] }) => {
        await onNamed(context, SCALING_GROUP, name, (client) => client.scalingGroups.delete(name))
        return finish(context, {}, `Resource group ${name} is removed.`)
      }),
    )

  defineAssociations(group, bind)
}

interface ToFlags {
  group?: boolean
  keypair?: boolean
}

const ASSOCIATIONS = [
  ['associate-scaling-group', 'let a domain, project or key pair use a resource group', 'may use'],
  ['dissociate-scaling-group', 'take a resource group away from them', 'may not use'],
] as const

const defineAssociations: Define = (group, bind) => {
  for (const [name, summary, verb] of ASSOCIATIONS) {
    const word = name.startsWith('associate') ? 'associate' : 'dissociate'
    subcommand(group, {
      name,
      summary,
      usage: '<NAME> <DOMAIN>',
      examples: [`admin scaling-group ${name} gpu default`, `admin scaling-group ${name} gpu --group robots`],
    })
      .argument('<NAME>', 'resource group')
      .argument('<DOMAIN>', 'domain; with --group a project, with --keypair an access key')
      .option('--group', 'the second is a project, by id or name')
      .option('--keypair', 'the second is an access key')
      .action(
        bind<ToFlags>(async ({ context, options, args: [scalingGroup = '', other = ''] }) => {
          const kind = options.group ? 'Group' : options.keypair ? 'KeyPair' : 'Domain'
          const target = options.group ? await groupId(context, other) : other
          await onNamed(context, SCALING_GROUP, scalingGroup, (client) =>
            client.scalingGroups[`${word}${kind}`](scalingGroup, target),
          )
          return finish(context, {}, `${other} ${verb} resource group ${scalingGroup}.`)
        }),
      )
  }
}

const inputOf = (flags: GroupFlags): ScalingGroupInput => ({
  description: flags.description,
  driver: flags.driver,
  driverOpts: flags.driverOpts,
  scheduler: flags.scheduler,
  schedulerOpts: flags.schedulerOpts,
  wsproxyAddr: flags.wsproxyAddr,
  wsproxyApiToken: flags.wsproxyApiToken,
})

async function list(context: CommandContext): Promise<number> {
  const groups = await (await context.client()).scalingGroups.list()
  return showList(context, groups, {
    none: 'There are no resource groups.',
    cells: [
      { title: 'NAME', min: 10, show: ({ name }) => name },
      { title: 'ACTIVE', show: ({ is_active }) => yesNo(is_active) },
      { title: 'PUBLIC', show: ({ is_public }) => yesNo(is_public) },
      { title: 'SCHEDULER', show: ({ scheduler }) => scheduler },
      { title: 'APP PROXY', min: 10, show: ({ wsproxy_addr }) => wsproxy_addr ?? '' },
      { title: 'DESCRIPTION', min: 11, show: (each) => each.description ?? '' },
    ],
  })
}

async function info(context: CommandContext, name: string): Promise<number> {
  const group = await findNamed(context, SCALING_GROUP, name, (client) => client.scalingGroups.detail(name))
  return showItem(context, group, [
    ['Name', group.name],
    ['Description', group.description],
    ['Active', yesNo(group.is_active)],
    ['Public', yesNo(group.is_public)],
    ['Created', timeText(group.created_at, context.io.now())],
    ['Driver', group.driver],
    ['Driver options', treeText(group.driver_opts)],
    ['Scheduler', group.scheduler],
    ['Scheduler options', treeText(group.scheduler_opts)],
    ['Host network', yesNo(group.use_host_network)],
    ['App proxy', group.wsproxy_addr],
    ['App proxy token', group.wsproxy_api_token],
  ])
}

async function available(context: CommandContext, group: string): Promise<number> {
  const names = await (await context.client()).scalingGroups.available(group)
  if (context.out.isJson) context.out.json(names.map((name) => ({ name })))
  else if (names.length === 0) context.out.info(`Project ${group} has no resource groups for you.`)
  else context.out.text(names.join('\n'))
  return EXIT.ok
}
