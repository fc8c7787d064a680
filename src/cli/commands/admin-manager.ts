import { commandGroup } from '../admin/command-group.ts'
import { finish } from '../admin/finish.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { EXIT, usageError } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { createProgress } from '../progress.ts'

interface FreezeFlags {
  wait?: boolean
  forceKill?: boolean
}

export const defineAdminManager: Define = (parent, bind) => {
  const manager = commandGroup(parent, {
    name: 'manager',
    summary: 'the managers: maintenance and the scheduler',
    examples: ['admin manager status', 'admin manager freeze --wait'],
  })

  subcommand(manager, {
    name: 'status',
    summary: 'show whether the managers take requests',
    examples: ['admin manager status'],
  }).action(bind(({ context }) => status(context)))

  subcommand(manager, {
    name: 'freeze',
    summary: 'take no new sessions and folders until it is unfrozen',
    examples: ['admin manager freeze --wait', 'admin manager freeze --force-kill'],
  })
    .option('--wait', 'only when no session runs any more')
    .option('--force-kill', 'end all sessions at once')
    .action(bind<FreezeFlags>(({ context, options }) => freeze(context, options)))

  subcommand(manager, {
    name: 'unfreeze',
    summary: 'take requests again',
    examples: ['admin manager unfreeze'],
  }).action(
    bind(async ({ context }) => {
      await (await context.client()).manager.unfreeze()
      return finish(context, { status: 'running' }, 'The managers take requests again.')
    }),
  )

  defineScheduler(manager, bind)
}

const defineScheduler: Define = (parent, bind) => {
  const scheduler = commandGroup(parent, {
    name: 'scheduler',
    summary: 'which agents get new sessions',
    examples: ['admin manager scheduler exclude-agents i-node1'],
  })
  const operations = [
    ['include-agents', 'let agents get new sessions', 'get new sessions'],
    ['exclude-agents', 'keep new sessions away from agents', 'get no new sessions'],
  ] as const
  for (const [operation, summary, outcome] of operations) {
    subcommand(scheduler, {
      name: operation,
      summary,
      examples: [`admin manager scheduler ${operation} i-node1 i-node2`],
    })
      .argument('<AGENTS...>', 'agent ids')
      .action(
        bind(async ({ context, args }) => {
          await (await context.client()).manager.schedulerOperation(operation, args)
          return finish(context, { agents: args }, `${args.join(', ')}: ${outcome}.`)
        }),
      )
  }
}

async function status({ client, out, signal }: CommandContext): Promise<number> {
  const found = await (await client()).manager.status(signal)
  if (out.isJson) {
    out.json(found)
    return EXIT.ok
  }
  out.fields([
    ['Status', found.status],
    ['Active sessions', String(found.active_sessions)],
  ])
  if (!found.nodes?.length) return EXIT.ok
  out.text('\n')
  out.table(
    [
      { title: 'MANAGER', min: 10 },
      { title: 'STATUS' },
      { title: 'ADDRESS', min: 10 },
      { title: 'VERSION' },
      { title: 'API', min: 6 },
    ],
    found.nodes.map((node) => [node.id, node.status, node.service_addr, node.version, node.api_version]),
  )
  return EXIT.ok
}

/** Between two looks at the sessions that still run. */
const LOOK_AGAIN_MS = 3000

async function freeze(context: CommandContext, { wait, forceKill }: FreezeFlags): Promise<number> {
  if (wait && forceKill) throw usageError('--wait and --force-kill exclude each other.')
  const { manager } = await context.client()
  if (wait) await untilIdle(context)
  await manager.freeze({ forceKill })
  return finish(context, { status: 'frozen' }, 'The managers are frozen.')
}

async function untilIdle({ client, io, out, signal }: CommandContext): Promise<void> {
  const { manager } = await client()
  const progress = createProgress(io, { isSilent: out.isJson })
  try {
    while (true) {
      const { active_sessions: running } = await manager.status(signal)
      if (running === 0) return
      progress.step(`waiting for ${running} ${running === 1 ? 'session' : 'sessions'} to end`)
      await io.sleep(LOOK_AGAIN_MS, signal)
    }
  } finally {
    progress.stop()
  }
}
