import { type Command, Option } from 'commander'
import type {
  KeyPairResourcePolicy,
  KeyPairResourcePolicyInput,
} from '../../client/admin/key-pair-resource-policies.ts'
import type { HostPermissions, Slots } from '../../client/admin/wire-input.ts'
import { hostsText, limitsText, timeText } from '../admin/cells.ts'
import { commandGroup } from '../admin/command-group.ts'
import { finish } from '../admin/finish.ts'
import { findNamed, onNamed } from '../admin/noun.ts'
import { KEY_PAIR_RESOURCE_POLICY } from '../admin/nouns.ts'
import { count, hostsOption, slotsOption, someOf } from '../admin/option-values.ts'
import { showItem } from '../admin/show-item.ts'
import { showList } from '../admin/show-list.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { subcommand } from '../global-options.ts'

interface PolicyFlags {
  defaultForUnspecified?: 'LIMITED' | 'UNLIMITED'
  totalResourceSlots?: Slots
  maxSessionLifetime?: number
  maxConcurrentSessions?: number
  maxConcurrentSftpSessions?: number
  maxContainersPerSession?: number
  idleTimeout?: number
  vfolderHostPerms?: HostPermissions
  maxVfolderCount?: number
  maxVfolderSize?: number
}

export const defineAdminKeypairResourcePolicy: Define = (parent, bind) => {
  const policy = commandGroup(parent, {
    name: 'keypair-resource-policy',
    aliases: ['resource-policy'],
    summary: 'what the sessions of a key pair may use',
    examples: ['admin keypair-resource-policy list', 'admin keypair-resource-policy info default'],
  })

  subcommand(policy, {
    name: 'list',
    summary: 'list the policies',
    examples: ['admin keypair-resource-policy list'],
  }).action(bind(({ context }) => list(context)))

  subcommand(policy, {
    name: 'info',
    summary: 'show one policy',
    examples: ['admin keypair-resource-policy info default'],
  })
    .argument('<NAME>', 'policy')
    .action(bind(({ context, args }) => info(context, args[0] ?? '')))

  addPolicyOptions(
    subcommand(policy, {
      name: 'add',
      summary: 'make a policy',
      examples: ['admin keypair-resource-policy add small --idle-timeout 3600'],
    }).argument('<NAME>', 'its name'),
  ).action(
    bind<PolicyFlags>(async ({ context, options, args: [name = ''] }) => {
      const client = await context.client()
      const made = await client.keyPairResourcePolicies.create(name, inputOf(options))
      return finish(context, { resource_policy: made }, `Policy ${name} is made.`)
    }),
  )

  addPolicyOptions(
    subcommand(policy, {
      name: 'update',
      summary: 'change a policy',
      examples: ['admin keypair-resource-policy update small --idle-timeout 0'],
    }).argument('<NAME>', 'policy'),
  ).action(
    bind<PolicyFlags>(async ({ context, options, args: [name = ''] }) => {
      const changes = someOf(inputOf(options))
      await onNamed(context, KEY_PAIR_RESOURCE_POLICY, name, (client) =>
        client.keyPairResourcePolicies.update(name, changes),
      )
      return finish(context, {}, `Policy ${name} is changed.`)
    }),
  )

  subcommand(policy, {
    name: 'delete',
    summary: 'remove a policy that no key pair has',
    examples: ['admin keypair-resource-policy delete small'],
  })
    .argument('<NAME>', 'policy')
    .action(
      bind(async ({ context, args: [name = ''] }) => {
        await onNamed(context, KEY_PAIR_RESOURCE_POLICY, name, (client) =>
          client.keyPairResourcePolicies.delete(name),
        )
        return finish(context, {}, `Policy ${name} is removed.`)
      }),
    )
}

const addPolicyOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--default-for-unspecified <WORD>', 'slots that are not named').choices([
        'LIMITED',
        'UNLIMITED',
      ]),
    )
    .addOption(slotsOption())
    .option('--max-session-lifetime <SECONDS>', 'longest life of a session; 0: no limit', count)
    .option('--max-concurrent-sessions <N>', 'most sessions at once', count)
    .option('--max-concurrent-sftp-sessions <N>', 'most transfer sessions at once', count)
    .option('--max-containers-per-session <N>', 'largest cluster', count)
    .option('--idle-timeout <SECONDS>', 'idle sessions end after this; 0: never', count)
    .addOption(hostsOption())
    .option('--max-vfolder-count <N>', 'most folders', count)
    .option('--max-vfolder-size <BYTES>', 'largest folder', count)

const inputOf = (flags: PolicyFlags): KeyPairResourcePolicyInput => ({
  defaultForUnspecified: flags.defaultForUnspecified,
  totalResourceSlots: flags.totalResourceSlots,
  maxSessionLifetime: flags.maxSessionLifetime,
  maxConcurrentSessions: flags.maxConcurrentSessions,
  maxConcurrentSftpSessions: flags.maxConcurrentSftpSessions,
  maxContainersPerSession: flags.maxContainersPerSession,
  idleTimeout: flags.idleTimeout,
  allowedVfolderHosts: flags.vfolderHostPerms,
  maxVfolderCount: flags.maxVfolderCount,
  maxVfolderSize: flags.maxVfolderSize,
})

const secondsText = (seconds: number, none: string): string => (seconds === 0 ? none : `${seconds} s`)

type Shown = Omit<KeyPairResourcePolicy, 'max_quota_scope_size'>

async function list(context: CommandContext): Promise<number> {
  const policies = await (await context.client()).keyPairResourcePolicies.list()
  return showList<Shown>(context, policies, {
    none: 'There are no policies.',
    cells: [
      { title: 'NAME', min: 10, show: ({ name }) => name },
      { title: 'LIMITS', min: 12, show: (each) => limitsText(each.total_resource_slots) },
      { title: 'OTHERS', show: (each) => each.default_for_unspecified.toLowerCase() },
      { title: 'SESSIONS', align: 'right', show: (each) => String(each.max_concurrent_sessions) },
      { title: 'CONTAINERS', align: 'right', show: (each) => String(each.max_containers_per_session) },
      { title: 'IDLE', align: 'right', show: (each) => secondsText(each.idle_timeout, 'never') },
    ],
  })
}

async function info(context: CommandContext, name: string): Promise<number> {
  const policy = await findNamed(context, KEY_PAIR_RESOURCE_POLICY, name, (client) =>
    client.keyPairResourcePolicies.detail(name),
  )
  return showItem(context, policy, [
    ['Name', policy.name],
    ['Created', timeText(policy.created_at, context.io.now())],
    ['Limits', limitsText(policy.total_resource_slots)],
    ['Other slots', policy.default_for_unspecified.toLowerCase()],
    ['Sessions at once', policy.max_concurrent_sessions],
    ['Containers per session', policy.max_containers_per_session],
    ['Life of a session', secondsText(policy.max_session_lifetime, 'no limit')],
    ['Idle sessions end', secondsText(policy.idle_timeout, 'never')],
    ['Storage hosts', hostsText(policy.allowed_vfolder_hosts)],
  ])
}
