import { type Command, Option } from 'commander'
import type { User, UserChanges } from '../../client/admin/users.ts'
import { timeText, yesNo } from '../admin/cells.ts'
import { commandGroup } from '../admin/command-group.ts'
import { finish } from '../admin/finish.ts'
import { groupId } from '../admin/group-id.ts'
import { findNamed, onNamed } from '../admin/noun.ts'
import { USER } from '../admin/nouns.ts'
import { bool, someOf, words } from '../admin/option-values.ts'
import { showItem } from '../admin/show-item.ts'
import { addPageOptions, type PageFlags, showPages } from '../admin/show-pages.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { confirm } from '../confirm.ts'
import { subcommand } from '../global-options.ts'

const STATUSES = ['active', 'inactive', 'deleted', 'before-verification']
const ROLES = ['user', 'admin', 'superadmin', 'monitor']

interface UserFlags {
  username?: string
  fullName?: string
  role?: string
  status?: string
  needPasswordChange?: boolean
  allowedIp?: string[]
  description?: string
  sudoSessionEnabled?: boolean
  resourcePolicy?: string
}

export const defineAdminUser: Define = (parent, bind) => {
  const user = commandGroup(parent, {
    name: 'user',
    summary: 'the people who use the cluster',
    examples: ['admin user list', 'admin user add default user@example.com s3cret'],
  })

  const list = subcommand(user, {
    name: 'list',
    summary: 'list users',
    examples: ['admin user list -s active --order +email'],
  })
    .addOption(new Option('-s, --status <STATUS>', 'only in this status').choices(STATUSES))
    .option('-g, --group <GROUP>', 'only of this project, by id or name')
  addPageOptions(list, { filter: 'email like "%@example.com"', order: '-created_at' }).action(
    bind<PageFlags & { status?: string; group?: string }>(({ context, options }) =>
      listUsers(context, options),
    ),
  )

  subcommand(user, {
    name: 'info',
    summary: 'show a user, or yourself',
    examples: ['admin user info -e a@b.c'],
  })
    .argument('[EMAIL]', 'e-mail address; your own by default')
    .option('-e, --email <EMAIL>', 'the same')
    .action(bind<{ email?: string }>(({ context, options, args }) => info(context, options.email ?? args[0])))

  addUserOptions(
    subcommand(user, {
      name: 'add',
      summary: 'make a user with a key pair',
      examples: ['admin user add default user@example.com s3cret -n "A User"'],
    })
      .argument('<DOMAIN>', 'domain of the user')
      .argument('<EMAIL>', 'e-mail address')
      .argument('[PASSWORD]', 'password; asked for by default'),
  )
    .option('--need-password-change', 'the password must be changed first')
    .option('--sudo-session-enabled', 'may use sudo in sessions')
    .option('-g, --group <GROUP>', 'project to join, by id or name')
    .action(bind<UserFlags & { group?: string }>(({ context, options, args }) => add(context, options, args)))

  addUserOptions(
    subcommand(user, {
      name: 'update',
      summary: 'change a user',
      examples: ['admin user update user@example.com --role admin'],
    }).argument('<EMAIL>', 'user'),
  )
    .option('-p, --password <PASSWORD>', 'another password')
    .option('-d, --domain-name <NAME>', 'another domain')
    .option('--need-password-change <BOOL>', 'the password must be changed first', bool)
    .option('--sudo-session-enabled <BOOL>', 'may use sudo in sessions', bool)
    .option('--main-access-key <KEY>', 'key pair that a login uses')
    .action(
      bind<UserFlags & { password?: string; domainName?: string; mainAccessKey?: string }>(
        async ({ context, options, args: [email = ''] }) => {
          const { password, domainName, mainAccessKey } = options
          const changes = someOf({ ...inputOf(options), password, domainName, mainAccessKey })
          await onNamed(context, USER, email, (client) => client.users.update(email, changes))
          return finish(context, {}, `User ${email} is changed.`)
        },
      ),
    )

  subcommand(user, {
    name: 'delete',
    summary: 'mark a user as deleted and make the key pairs inactive',
    examples: ['admin user delete user@example.com'],
  })
    .argument('<EMAIL>', 'user')
    .action(
      bind(async ({ context, args: [email = ''] }) => {
        await onNamed(context, USER, email, (client) => client.users.delete(email))
        return finish(context, {}, `User ${email} is deleted; "admin user purge" removes what is left.`)
      }),
    )

  subcommand(user, {
    name: 'purge',
    summary: 'remove a user with sessions and folders',
    examples: ['admin user purge user@example.com'],
  })
    .argument('<EMAIL>', 'user')
    .option('--purge-shared-vfolders', 'shared folders too; else they become yours')
    .action(
      bind<{ purgeSharedVfolders?: boolean }>(async ({ context, options, args: [email = ''] }) => {
        await confirm(context, `Remove user ${email} with all sessions and folders for good?`)
        await onNamed(context, USER, email, (client) => client.users.purge(email, options))
        return finish(context, {}, `User ${email} is removed.`)
      }),
    )
}

const addUserOptions = (command: Command): Command =>
  command
    .option('-u, --username <NAME>', 'name to log in by')
    .option('-n, --full-name <NAME>', 'full name')
    .addOption(new Option('-r, --role <ROLE>', 'what the user may do').choices(ROLES))
    .addOption(new Option('-s, --status <STATUS>', 'status of the account').choices(STATUSES))
    .option('--allowed-ip <ADDRESSES>', 'may come from these only, with commas', words)
    .option('--description <TEXT>', 'a note')
    .option('--resource-policy <NAME>', 'user resource policy')

const inputOf = (flags: UserFlags): UserChanges => ({
  username: flags.username,
  fullName: flags.fullName,
  role: flags.role,
  status: flags.status,
  needPasswordChange: flags.needPasswordChange,
  allowedClientIp: flags.allowedIp,
  description: flags.description,
  sudoSessionEnabled: flags.sudoSessionEnabled,
  resourcePolicy: flags.resourcePolicy,
})

async function add(
  context: CommandContext,
  flags: UserFlags & { group?: string },
  [domainName = '', email = '', given]: readonly string[],
): Promise<number> {
  const { io } = context
  if (given === undefined && io.stdin.isTTY) io.stderr.write(`Password of ${email}: `)
  const password = given ?? (await io.stdin.readSecret()) ?? ''
  const groupIds = flags.group ? [await groupId(context, flags.group)] : undefined
  const client = await context.client()
  const made = await client.users.create(email, { ...inputOf(flags), domainName, password, groupIds })
  return finish(context, { user: made }, `User ${email} is made.`)
}

async function listUsers(
  context: CommandContext,
  flags: PageFlags & { status?: string; group?: string },
): Promise<number> {
  const { users } = await context.client()
  const group = flags.group ? await groupId(context, flags.group) : undefined
  return showPages(
    context,
    flags,
    (part, signal) => users.list({ ...part, status: flags.status, groupId: group }, signal),
    {
      none: 'There are no such users.',
      cells: [
        { title: 'EMAIL', min: 16, show: ({ email }) => email },
        { title: 'NAME', min: 8, show: ({ full_name, username }) => full_name || username },
        { title: 'DOMAIN', min: 6, show: ({ domain_name }) => domain_name },
        { title: 'ROLE', show: ({ role }) => role },
        { title: 'STATUS', show: ({ status }) => status },
        { title: 'PROJECTS', min: 8, show: ({ groups }) => groups.map(({ name }) => name).join(', ') },
      ],
    },
  )
}

async function info(context: CommandContext, email: string | undefined): Promise<number> {
  const user = await findNamed(context, USER, email ?? 'yourself', (client) => client.users.detail(email))
  return showItem(context, user, fieldsOf(user, context.io.now()))
}

type Shown = Pick<
  User,
  | 'uuid'
  | 'username'
  | 'email'
  | 'full_name'
  | 'role'
  | 'status'
  | 'status_info'
  | 'domain_name'
  | 'groups'
  | 'created_at'
  | 'need_password_change'
  | 'allowed_client_ip'
  | 'sudo_session_enabled'
  | 'main_access_key'
>

const fieldsOf = (user: Shown, now: number): [string, string | null][] => [
  ['Id', user.uuid],
  ['E-mail', user.email],
  ['User name', user.username],
  ['Full name', user.full_name],
  ['Role', user.role],
  ['Status', user.status],
  ['Reason', user.status_info],
  ['Domain', user.domain_name],
  ['Projects', user.groups.map(({ name }) => name).join(', ')],
  ['Created', timeText(user.created_at, now)],
  ['Must change password', yesNo(user.need_password_change)],
  ['Allowed addresses', user.allowed_client_ip?.join(', ') ?? ''],
  ['Sudo in sessions', yesNo(user.sudo_session_enabled)],
  ['Main access key', user.main_access_key],
]
