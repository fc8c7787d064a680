import type { DependencyNode } from '../../client/session-records.ts'
import type { Define } from '../command-table.ts'
import { EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { fieldText } from '../list/show-list.ts'
import { onSession } from '../session/known-session.ts'
import { showTask } from '../show-task.ts'
import { ownerOption } from '../spelled-option.ts'

interface OwnerFlags {
  owner?: string
}

/** What is known about a session beside its life: `session status-history` and its like. */
export const defineSessionRecords: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'status-history',
    summary: 'show when a session had which status',
    examples: ['session status-history mysession'],
  })
    .argument('<SESSION>', 'name or id')
    .addOption(ownerOption())
    .action(
      bind<OwnerFlags>(async ({ context, options, args: [session = ''] }) => {
        const { out, signal } = context
        const client = await context.client()
        const ref = { ownerAccessKey: options.owner, signal }
        const history = await onSession(context, session, () => client.sessions.statusHistory(session, ref))
        if (out.isJson) out.json(history)
        else out.fields(Object.entries(history).map(([status, at]) => [status, fieldText(at)]))
        return EXIT.ok
      }),
    )

  subcommand(parent, {
    name: 'abuse-history',
    summary: 'show whether a session was reported for abuse',
    examples: ['session abuse-history mysession'],
  })
    .argument('<SESSION>', 'name or id')
    .addOption(ownerOption())
    .action(
      bind<OwnerFlags>(async ({ context, options, args: [session = ''] }) => {
        const { out, signal } = context
        const client = await context.client()
        const ref = { ownerAccessKey: options.owner, signal }
        const report = await onSession(context, session, () => client.sessions.abusingReport(session, ref))
        if (out.isJson) out.json(report)
        else out.fields(Object.entries(report).map(([name, value]) => [name, fieldText(value) || 'none']))
        return EXIT.ok
      }),
    )

  subcommand(parent, {
    name: 'show-graph',
    aliases: ['dependency-graph'],
    summary: 'show what a session waits for',
    examples: ['session show-graph mysession', 'session show-graph --table mysession'],
  })
    .argument('<SESSION>', 'name or id')
    .option('-t, --table', 'as a table')
    .addOption(ownerOption())
    .action(
      bind<OwnerFlags & { table?: boolean }>(async ({ context, options, args: [session = ''] }) => {
        const { out, signal } = context
        const client = await context.client()
        const ref = { ownerAccessKey: options.owner, signal }
        const root = await onSession(context, session, () => client.sessions.dependencyGraph(session, ref))
        if (out.isJson) out.json(root)
        else if (options.table)
          out.table(
            [
              { title: 'SESSION', min: 8 },
              { title: 'ID' },
              { title: 'STATUS' },
              { title: 'WAITS FOR', min: 8 },
            ],
            flattened(root).map((node) => [
              node.session_name,
              node.session_id,
              statusOf(node),
              node.depends_on.map((each) => each.session_name).join(', '),
            ]),
          )
        else out.text(tree(root))
        return EXIT.ok
      }),
    )

  subcommand(parent, {
    name: 'commit',
    summary: 'keep the file system of a session',
    examples: ['session commit mysession'],
  })
    .argument('<SESSION>', 'name or id')
    .option('--filename <NAME>', 'name of the archive')
    .option('--no-follow', 'do not wait for its end')
    .addOption(ownerOption())
    .action(
      bind<OwnerFlags & { filename?: string; follow: boolean }>(
        async ({ context, options, args: [session = ''] }) => {
          const { out, signal } = context
          const client = await context.client()
          const ref = { ownerAccessKey: options.owner, signal }
          const wanted = options.filename ? { filename: options.filename } : {}
          const started = await onSession(context, session, () =>
            client.sessions.commit(session, wanted, ref),
          )
          if (out.isJson) out.json(started)
          out.info(`The commit of ${session} goes on as task ${started.bgtask_id}.`)
          return options.follow ? showTask(context, started.bgtask_id, 'The commit') : EXIT.ok
        },
      ),
    )
}

const statusOf = (node: DependencyNode): string => node.status.replace(/^KernelStatus\./, '')

/** Every session once. */
function flattened(root: DependencyNode): DependencyNode[] {
  const all = new Map<string, DependencyNode>()
  const walk = (node: DependencyNode): void => {
    all.set(node.session_id, node)
    for (const each of node.depends_on) walk(each)
  }
  walk(root)
  return [...all.values()]
}

function tree(root: DependencyNode): string {
  const lines = [`${root.session_name} (${statusOf(root)})`]
  const walk = (nodes: readonly DependencyNode[], indent: string): void => {
    for (const [at, node] of nodes.entries()) {
      const isLast = at === nodes.length - 1
      lines.push(`${indent}${isLast ? '└─' : '├─'} ${node.session_name} (${statusOf(node)})`)
      walk(node.depends_on, `${indent}${isLast ? '   ' : '│  '}`)
    }
  }
  walk(root.depends_on, '')
  return lines.join('\n')
}
