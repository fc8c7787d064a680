import { timeText, yesNo } from '../admin/cells.ts'
import { commandGroup } from '../admin/command-group.ts'
import { finish } from '../admin/finish.ts'
import { findNamed, onNamed } from '../admin/noun.ts'
import { KEY_PAIR } from '../admin/nouns.ts'
import { bool, count, someOf } from '../admin/option-values.ts'
import { showItem } from '../admin/show-item.ts'
import { addPageOptions, type PageFlags, showPages } from '../admin/show-pages.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { subcommand } from '../global-options.ts'
import { ago } from '../times.ts'

interface KeyPairFlags {
  resourcePolicy?: string
  isAdmin?: boolean
  isActive?: boolean
  rateLimit?: number
}

type ListFlags = PageFlags & { userId?: string; isActive?: boolean }

export const defineAdminKeypair: Define = (parent, bind) => {
  const keypair = commandGroup(parent, {
    name: 'keypair',
    summary: 'the key pairs that sign requests',
    examples: ['admin keypair list -u user@example.com', 'admin keypair deactivate AKIA…'],
  })

  const list = subcommand(keypair, {
    name: 'list',
    summary: 'list key pairs',
    examples: ['admin keypair list -u user@example.com'],
  })
    .option('-u, --user-id <EMAIL>', 'only of this user')
    .option('--is-active <BOOL>', 'only active, or inactive ones', bool)
  addPageOptions(list, { filter: 'user_id like "%@example.com"', order: '-last_used' }).action(
    bind<ListFlags>(({ context, options }) => listKeyPairs(context, options)),
  )

  subcommand(keypair, {
    name: 'info',
    summary: 'show a key pair, or the one you use',
    examples: ['admin keypair info'],
  })
    .argument('[ACCESS_KEY]', 'key pair; the one that signs by default')
    .action(bind(({ context, args }) => info(context, args[0])))

  subcommand(keypair, {
    name: 'add',
    summary: 'make a key pair and show its secret',
    examples: ['admin keypair add user@example.com default'],
  })
    .argument('<EMAIL>', 'user it belongs to')
    .argument('<RESOURCE_POLICY>', 'key pair resource policy')
    .option('-a, --admin', 'may do what administrators may')
    .option('-i, --inactive', 'cannot sign yet')
    .option('-r, --rate-limit <COUNT>', 'requests in 15 minutes', count, 5000)
    .action(
      bind<{ admin?: boolean; inactive?: boolean; rateLimit: number }>(
        async ({ context, options, args: [email = '', resourcePolicy = ''] }) => {
          const client = await context.client()
          const made = await client.keyPairs.create(email, {
            resourcePolicy,
            isAdmin: options.admin === true,
            isActive: !options.inactive,
            rateLimit: options.rateLimit,
          })
          if (!context.out.isJson) {
            context.out.fields([
              ['Access key', made.access_key],
              ['Secret key', made.secret_key],
            ])
          }
          return finish(context, { keypair: made }, `A key pair of ${email} is made.`)
        },
      ),
    )

  subcommand(keypair, {
    name: 'update',
    summary: 'change a key pair',
    examples: ['admin keypair update AKIA… --resource-policy large'],
  })
    .argument('<ACCESS_KEY>', 'key pair')
    .option('--resource-policy <NAME>', 'key pair resource policy')
    .option('--is-admin <BOOL>', 'may do what administrators may', bool)
    .option('--is-active <BOOL>', 'can sign', bool)
    .option('-r, --rate-limit <COUNT>', 'requests in 15 minutes', count)
    .action(
      bind<KeyPairFlags>(async ({ context, options, args: [key = ''] }) => {
        const { resourcePolicy, isAdmin, isActive, rateLimit } = options
        const changes = someOf({ resourcePolicy, isAdmin, isActive, rateLimit })
        await onNamed(context, KEY_PAIR, key, (client) => client.keyPairs.update(key, changes))
        return finish(context, {}, `Key pair ${key} is changed.`)
      }),
    )

  const simple = [
    ['activate', 'let a key pair sign', 'is active'],
    ['deactivate', 'let a key pair sign no more', 'is inactive'],
    ['delete', 'remove a key pair', 'is removed'],
  ] as const
  for (const [action, summary, outcome] of simple) {
    subcommand(keypair, { name: action, summary, examples: [`admin keypair ${action} AKIA…`] })
      .argument('<ACCESS_KEY>', 'key pair')
      .action(
        bind(async ({ context, args: [key = ''] }) => {
          await onNamed(context, KEY_PAIR, key, (client) => client.keyPairs[action](key))
          return finish(context, {}, `Key pair ${key} ${outcome}.`)
        }),
      )
  }
}

async function listKeyPairs(context: CommandContext, flags: ListFlags): Promise<number> {
  const { keyPairs } = await context.client()
  const { userId, isActive } = flags
  return showPages(context, flags, (part, signal) => keyPairs.list({ ...part, userId, isActive }, signal), {
    none: 'There are no such key pairs.',
    cells: [
      { title: 'ACCESS KEY', show: ({ access_key }) => access_key },
      { title: 'USER', min: 12, show: ({ user_id }) => user_id },
      { title: 'ACTIVE', show: ({ is_active }) => yesNo(is_active) },
      { title: 'ADMIN', show: ({ is_admin }) => yesNo(is_admin) },
      { title: 'POLICY', min: 7, show: ({ resource_policy }) => resource_policy },
      { title: 'SESSIONS', align: 'right', show: (each) => String(each.concurrency_used) },
      { title: 'USED', show: ({ last_used }, now) => ago(last_used, now) },
    ],
  })
}

async function info(context: CommandContext, accessKey: string | undefined): Promise<number> {
  const key = await findNamed(context, KEY_PAIR, accessKey ?? 'your own', (client) =>
    client.keyPairs.detail(accessKey),
  )
  const now = context.io.now()
  return showItem(context, key, [
    ['Access key', key.access_key],
    ['Secret key', key.secret_key],
    ['User', key.user_id],
    ['Full name', key.user_info.full_name],
    ['Active', yesNo(key.is_active)],
    ['Admin', yesNo(key.is_admin)],
    ['Resource policy', key.resource_policy],
    ['Rate limit', `${key.rate_limit} in 15 minutes`],
    ['Running sessions', key.concurrency_used],
    ['Created', timeText(key.created_at, now)],
    ['Last used', timeText(key.last_used, now)],
  ])
}
