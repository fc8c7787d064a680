import type { Command } from 'commander'
import type {
  UserResourcePolicy,
  UserResourcePolicyInput,
} from '../../client/admin/user-resource-policies.ts'
import type { Client } from '../../client/client.ts'
import { timeText } from '../admin/cells.ts'
import { commandGroup } from '../admin/command-group.ts'
import { finish } from '../admin/finish.ts'
import { findNamed, onNamed } from '../admin/noun.ts'
import { PROJECT_RESOURCE_POLICY, USER_RESOURCE_POLICY } from '../admin/nouns.ts'
import { bytes, count, someOf } from '../admin/option-values.ts'
import { showItem } from '../admin/show-item.ts'
import { showList } from '../admin/show-list.ts'
import type { Bind } from '../bind.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { subcommand } from '../global-options.ts'
import { sizeText } from '../sizes.ts'

interface PolicyFlags {
  maxVfolderCount?: number
  maxQuotaScopeSize?: number
}

type Kind = 'user' | 'project'

const NOUNS = { user: USER_RESOURCE_POLICY, project: PROJECT_RESOURCE_POLICY }
const policiesOf = (client: Client, kind: Kind) =>
  kind === 'user' ? client.userResourcePolicies : client.projectResourcePolicies

/** The policies of users and those of projects, which limit the same things. */
export const defineAdminFolderPolicies: Define = (parent, bind) => {
  definePolicies('user', parent, bind)
  definePolicies('project', parent, bind)
}

function definePolicies(kind: Kind, parent: Command, bind: Bind): void {
  const policy = commandGroup(parent, {
    name: `${kind}-resource-policy`,
    summary: `what the folders of a ${kind} may use`,
    examples: [`admin ${kind}-resource-policy list`, `admin ${kind}-resource-policy info default`],
  })

  subcommand(policy, {
    name: 'list',
    summary: 'list the policies',
    examples: [`admin ${kind}-resource-policy list`],
  }).action(bind(({ context }) => list(context, kind)))

  subcommand(policy, {
    name: 'info',
    summary: 'show one policy',
    examples: [`admin ${kind}-resource-policy info default`],
  })
    .argument('<NAME>', 'policy')
    .action(bind(({ context, args }) => info(context, kind, args[0] ?? '')))

  addPolicyOptions(
    subcommand(policy, {
      name: 'add',
      summary: 'make a policy',
      examples: [`admin ${kind}-resource-policy add large --max-quota-scope-size 1t`],
    }).argument('<NAME>', 'its name'),
  ).action(
    bind<PolicyFlags>(async ({ context, options, args: [name = ''] }) => {
      const client = await context.client()
      const made = await policiesOf(client, kind).create(name, inputOf(options))
      return finish(context, { resource_policy: made }, `Policy ${name} is made.`)
    }),
  )

  addPolicyOptions(
    subcommand(policy, {
      name: 'update',
      summary: 'change a policy',
      examples: [`admin ${kind}-resource-policy update large --max-vfolder-count 50`],
    }).argument('<NAME>', 'policy'),
  ).action(
    bind<PolicyFlags>(async ({ context, options, args: [name = ''] }) => {
      const changes = someOf(inputOf(options))
      await onNamed(context, NOUNS[kind], name, (client) => policiesOf(client, kind).update(name, changes))
      return finish(context, {}, `Policy ${name} is changed.`)
    }),
  )

  subcommand(policy, {
    name: 'delete',
    summary: `remove a policy that no ${kind} has`,
    examples: [`admin ${kind}-resource-policy delete large`],
  })
    .argument('<NAME>', 'policy')
    .action(
      bind(async ({ context, args: [name = ''] }) => {
        await onNamed(context, NOUNS[kind], name, (client) => policiesOf(client, kind).delete(name))
        return finish(context, {}, `Policy ${name} is removed.`)
      }),
    )
}

const addPolicyOptions = (command: Command): Command =>
  command
    .option('--max-vfolder-count <COUNT>', 'most folders; 0: no limit', count)
    .option('--max-quota-scope-size <SIZE>', 'most bytes in them: 100g; -1: no limit', bytes)

const inputOf = (flags: PolicyFlags): UserResourcePolicyInput => ({
  maxVfolderCount: flags.maxVfolderCount,
  maxQuotaScopeSize: flags.maxQuotaScopeSize,
})

type Shown = Pick<UserResourcePolicy, 'name' | 'created_at' | 'max_vfolder_count' | 'max_quota_scope_size'>

const foldersText = (each: Shown): string => (each.max_vfolder_count || 'no limit').toString()
const sizeOf = ({ max_quota_scope_size: size }: Shown): string =>
  size === null || size < 0 ? 'no limit' : sizeText(size)

async function list(context: CommandContext, kind: Kind): Promise<number> {
  const policies = await policiesOf(await context.client(), kind).list()
  return showList<Shown>(context, policies, {
    none: 'There are no policies.',
    cells: [
      { title: 'NAME', min: 10, show: ({ name }) => name },
      { title: 'FOLDERS', align: 'right', show: foldersText },
      { title: 'SIZE', align: 'right', show: sizeOf },
    ],
  })
}

async function info(context: CommandContext, kind: Kind, name: string): Promise<number> {
  const policy = await findNamed(context, NOUNS[kind], name, (client) =>
    policiesOf(client, kind).detail(name),
  )
  return showItem(context, policy, [
    ['Name', policy.name],
    ['Created', timeText(policy.created_at, context.io.now())],
    ['Folders', foldersText(policy)],
    ['Size of them', sizeOf(policy)],
  ])
}
