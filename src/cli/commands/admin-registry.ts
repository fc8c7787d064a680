import { Argument, type Command, Option } from 'commander'
import type { ContainerRegistryInput } from '../../client/admin/container-registries.ts'
import { yesNo } from '../admin/cells.ts'
import { commandGroup } from '../admin/command-group.ts'
import { finish } from '../admin/finish.ts'
import { findNamed, onNamed } from '../admin/noun.ts'
import { REGISTRY } from '../admin/nouns.ts'
import { bool, someOf, words } from '../admin/option-values.ts'
import { showItem } from '../admin/show-item.ts'
import { showList } from '../admin/show-list.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { subcommand } from '../global-options.ts'

interface RegistryFlags {
  url?: string
  type?: string
  project?: string[]
  username?: string
  password?: string
  sslVerify?: boolean
}

const TYPES = ['docker', 'harbor', 'harbor2', 'local']

export const defineAdminRegistry: Define = (parent, bind) => {
  const registry = commandGroup(parent, {
    name: 'registry',
    summary: 'container registries, where images come from',
    examples: ['admin registry list', 'admin registry info cr.backend.ai'],
  })

  subcommand(registry, {
    name: 'list',
    summary: 'list registries',
    examples: ['admin registry list'],
  }).action(bind(({ context }) => list(context)))

  subcommand(registry, {
    name: 'info',
    summary: 'show one registry',
    examples: ['admin registry info cr.backend.ai'],
  })
    .argument('<NAME>', 'registry')
    .action(bind(({ context, args }) => info(context, args[0] ?? '')))

  addRegistryOptions(
    subcommand(registry, {
      name: 'add',
      summary: 'make a registry known',
      examples: ['admin registry add cr.example https://cr.example docker'],
    })
      .argument('<NAME>', 'host name, as images are named by it')
      .argument('<URL>', 'address of its API')
      .addArgument(new Argument('<TYPE>', 'kind of API').choices(TYPES)),
  ).action(
    bind<RegistryFlags>(async ({ context, options, args: [name = '', url = '', type = ''] }) => {
      const made = await (await context.client()).containerRegistries.create(name, {
        ...inputOf(options),
        url,
        type,
      })
      return finish(context, { container_registry: withoutPassword(made) }, `Registry ${name} is known now.`)
    }),
  )

  addRegistryOptions(
    subcommand(registry, {
      name: 'update',
      summary: 'change a registry',
      examples: ['admin registry update cr.example --project stable'],
    }).argument('<NAME>', 'registry'),
  )
    .option('--url <URL>', 'address of its API')
    .addOption(new Option('--type <TYPE>', 'kind of API').choices(TYPES))
    .action(
      bind<RegistryFlags>(async ({ context, options, args: [name = ''] }) => {
        const changes = someOf({ ...inputOf(options), url: options.url, type: options.type })
        await onNamed(context, REGISTRY, name, (client) => client.containerRegistries.update(name, changes))
        return finish(context, {}, `Registry ${name} is changed.`)
      }),
    )

  subcommand(registry, {
    name: 'delete',
    summary: 'forget a registry',
    examples: ['admin registry delete cr.example'],
  })
    .argument('<NAME>', 'registry')
    .action(
      bind(async ({ context, args: [name = ''] }) => {
        await onNamed(context, REGISTRY, name, (client) => client.containerRegistries.delete(name))
        return finish(context, {}, `Registry ${name} is forgotten.`)
      }),
    )
}

const addRegistryOptions = (command: Command): Command =>
  command
    .option('--project <NAMES>', 'only images of these projects, with commas', words)
    .option('--username <NAME>', 'who logs in')
    .option('--password <PASSWORD>', 'with this password')
    .option('--ssl-verify <BOOL>', 'whether its certificate is checked', bool)

const inputOf = (flags: RegistryFlags): ContainerRegistryInput => ({
  project: flags.project,
  username: flags.username,
  password: flags.password,
  sslVerify: flags.sslVerify,
})

/** What is printed may end in a log. */
const withoutPassword = <T extends { config: { password: string | null } }>(registry: T): T => ({
  ...registry,
  config: { ...registry.config, password: registry.config.password === null ? null : '***' },
})

async function list(context: CommandContext): Promise<number> {
  const registries = await (await context.client()).containerRegistries.list()
  return showList(context, registries.map(withoutPassword), {
    none: 'There are no registries.',
    cells: [
      { title: 'NAME', min: 12, show: ({ hostname }) => hostname },
      { title: 'TYPE', show: ({ config }) => config.type },
      { title: 'URL', min: 12, show: ({ config }) => config.url },
      { title: 'PROJECTS', min: 8, show: ({ config }) => config.project?.join(', ') ?? '' },
    ],
  })
}

async function info(context: CommandContext, name: string): Promise<number> {
  const found = await findNamed(context, REGISTRY, name, (client) => client.containerRegistries.detail(name))
  const registry = withoutPassword(found)
  const { config } = registry
  return showItem(context, registry, [
    ['Name', registry.hostname],
    ['Type', config.type],
    ['URL', config.url],
    ['Projects', config.project?.join(', ')],
    ['User', config.username],
    ['Certificate checked', config.ssl_verify === null ? '' : yesNo(config.ssl_verify)],
  ])
}
