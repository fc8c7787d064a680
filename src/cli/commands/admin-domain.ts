import type { Domain } from '../../client/admin/domains.ts'
import type { HostPermissions, Slots } from '../../client/admin/wire-input.ts'
import { hostsText, limitsText, timeText, yesNo } from '../admin/cells.ts'
import { commandGroup } from '../admin/command-group.ts'
import { finish } from '../admin/finish.ts'
import { findNamed, onNamed } from '../admin/noun.ts'
import { DOMAIN } from '../admin/nouns.ts'
import { bool, hostsOption, slotsOption, someOf, words } from '../admin/option-values.ts'
import { showItem } from '../admin/show-item.ts'
import { showList } from '../admin/show-list.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { confirm } from '../confirm.ts'
import { subcommand } from '../global-options.ts'
import { ago } from '../times.ts'

interface DomainFlags {
  description?: string
  totalResourceSlots?: Slots
  vfolderHostPerms?: HostPermissions
  allowedDockerRegistries?: string[]
}

export const defineAdminDomain: Define = (parent, bind) => {
  const domain = commandGroup(parent, {
    name: 'domain',
    summary: 'domains, which hold projects and users',
    examples: ['admin domain list', 'admin domain add research'],
  })

  subcommand(domain, { name: 'list', summary: 'list domains', examples: ['admin domain list'] }).action(
    bind(({ context }) => list(context)),
  )

  subcommand(domain, { name: 'info', summary: 'show one domain', examples: ['admin domain info default'] })
    .argument('<NAME>', 'domain')
    .action(bind(({ context, args }) => info(context, args[0] ?? '')))

  subcommand(domain, {
    name: 'add',
    summary: 'make a domain',
    examples: ['admin domain add research --total-resource-slots cpu=64,mem=256g'],
  })
    .argument('<NAME>', 'its name')
    .option('-d, --description <TEXT>', 'what it is for')
    .option('--inactive', 'nobody may use it yet')
    .addOption(slotsOption())
    .addOption(hostsOption())
    .option('--allowed-docker-registries <NAMES>', 'registries of its images, with commas', words)
    .action(
      bind<DomainFlags & { inactive?: boolean }>(async ({ context, options, args: [name = ''] }) => {
        const client = await context.client()
        const made = await client.domains.create(name, { ...inputOf(options), isActive: !options.inactive })
        return finish(context, { domain: made }, `Domain ${name} is made.`)
      }),
    )

  subcommand(domain, {
    name: 'update',
    summary: 'change a domain',
    examples: [
      'admin domain update research --is-active false',
      'admin domain update lab --new-name research',
    ],
  })
    .argument('<NAME>', 'domain')
    .option('--new-name <NAME>', 'another name')
    .option('-d, --description <TEXT>', 'what it is for')
    .option('--is-active <BOOL>', 'whether it may be used', bool)
    .addOption(slotsOption())
    .addOption(hostsOption())
    .option('--allowed-docker-registries <NAMES>', 'registries of its images, with commas', words)
    .action(
      bind<DomainFlags & { newName?: string; isActive?: boolean }>(
        async ({ context, options, args: [name = ''] }) => {
          const changes = someOf({ ...inputOf(options), name: options.newName, isActive: options.isActive })
          await onNamed(context, DOMAIN, name, (client) => client.domains.update(name, changes))
          return finish(context, {}, `Domain ${name} is changed.`)
        },
      ),
    )

  subcommand(domain, {
    name: 'delete',
    summary: 'make a domain inactive',
    examples: ['admin domain delete research'],
  })
    .argument('<NAME>', 'domain')
    .action(
      bind(async ({ context, args: [name = ''] }) => {
        await onNamed(context, DOMAIN, name, (client) => client.domains.delete(name))
        return finish(context, {}, `Domain ${name} is inactive.`)
      }),
    )

  subcommand(domain, {
    name: 'purge',
    summary: 'remove a domain that has neither users nor projects',
    examples: ['admin domain purge research'],
  })
    .argument('<NAME>', 'domain')
    .action(
      bind(async ({ context, args: [name = ''] }) => {
        await confirm(context, `Remove domain ${name} for good?`)
        await onNamed(context, DOMAIN, name, (client) => client.domains.purge(name))
        return finish(context, {}, `Domain ${name} is removed.`)
      }),
    )
}

const inputOf = (flags: DomainFlags) => ({
  description: flags.description,
  totalResourceSlots: flags.totalResourceSlots,
  allowedVfolderHosts: flags.vfolderHostPerms,
  allowedDockerRegistries: flags.allowedDockerRegistries,
})

type Shown = Omit<Domain, 'modified_at' | 'scaling_groups'>

async function list(context: CommandContext): Promise<number> {
  const domains = await (await context.client()).domains.list()
  return showList<Shown>(context, domains, {
    none: 'There are no domains.',
    cells: [
      { title: 'NAME', min: 10, show: ({ name }) => name },
      { title: 'ACTIVE', show: ({ is_active }) => yesNo(is_active) },
      { title: 'LIMITS', min: 10, show: (each) => limitsText(each.total_resource_slots) },
      { title: 'DESCRIPTION', min: 11, show: ({ description }) => description ?? '' },
      { title: 'CREATED', show: ({ created_at }, now) => ago(created_at, now) },
    ],
  })
}

async function info(context: CommandContext, name: string): Promise<number> {
  const domain = await findNamed(context, DOMAIN, name, (client) => client.domains.detail(name))
  return showItem(context, domain, [
    ['Name', domain.name],
    ['Description', domain.description],
    ['Active', yesNo(domain.is_active)],
    ['Created', timeText(domain.created_at, context.io.now())],
    ['Limits', limitsText(domain.total_resource_slots)],
    ['Storage hosts', hostsText(domain.allowed_vfolder_hosts)],
    ['Registries', domain.allowed_docker_registries.join(', ')],
    ['Integration id', domain.integration_id],
  ])
}
