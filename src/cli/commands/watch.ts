import { Option } from 'commander'
import { DEAD_SESSION_STATUSES } from '../../core/status.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { EXIT, usageError } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { createProgress } from '../progress.ts'
import { eventQuery } from '../session/event-query.ts'
import { findSession } from '../session/find-session.ts'
import { LISTED, sessionInfo } from '../session/known-session.ts'
import { seconds } from '../session/session-flags.ts'
import { waitForEnd } from '../session/wait-for-end.ts'
import { ownerOption } from '../spelled-option.ts'

interface WatchFlags {
  scope: 'session' | 'kernel' | '*'
  maxWait?: number
  owner?: string
}

export const defineWatch: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'watch',
    summary: 'wait for a session to end, with its exit code',
    examples: ['watch mybatch', 'watch --max-wait 10m mybatch'],
  })
    .argument('[SESSION]', 'name or id; asked for by default')
    .addOption(new Option('--scope <SCOPE>', 'which events').choices(['session', 'kernel', '*']).default('*'))
    .option('--max-wait <SECONDS>', 'wait no longer', seconds)
    .addOption(ownerOption())
    .action(
      bind<WatchFlags>(async ({ context, options, args }) => {
        const { out } = context
        const session = args[0] ?? (await chooseSession(context))
        const info = await sessionInfo(context, session, options.owner)
        const status = String(info.status ?? 'PENDING')
        if (DEAD_SESSION_STATUSES.some((dead) => dead === status)) {
          const result = (await findSession(context, session))?.result
          out.done(`Session ${session} has ended already: ${status}${result ? ` (${String(result)})` : ''}.`)
          return String(result).toLowerCase() === 'failure' ? EXIT.failed : EXIT.ok
        }
        return follow(context, session, status, options)
      }),
    )
}

async function follow(
  context: CommandContext,
  session: string,
  status: string,
  { scope, maxWait, owner }: WatchFlags,
): Promise<number> {
  const { out, io, signal } = context
  const client = await context.client()
  const progress = createProgress(io, { isSilent: out.isJson })
  progress.step(`Session ${session}: ${status.toLowerCase()}`)
  const limit = new AbortController()
  const over = new AbortController()
  if (maxWait !== undefined) {
    io.sleep(maxWait * 1000, over.signal).then(
      () => limit.abort(new TooLong()),
      () => {},
    )
  }
  try {
    const query = eventQuery(session, owner)
    const either = AbortSignal.any([signal, limit.signal])
    const end = await waitForEnd(client, query, either, (event) => {
      if (scope !== '*' && !event.event.startsWith(`${scope}_`)) return
      if (out.isJson) out.json(event)
      const name = event.event.replace(/^(session|kernel)_/, '').replaceAll('_', ' ')
      progress.step(`Session ${session}: ${name}${event.reason ? ` (${event.reason})` : ''}`)
    })
    progress.stop()
    out.done(`Session ${session} ended: ${end.reason}. (exit code = ${end.exitCode})`)
    return end.exitCode
  } catch (error) {
    if (!(error instanceof TooLong)) throw error
    progress.stop()
    out.warn(`Session ${session} has not ended in ${maxWait} s.`)
    return EXIT.timeout
  } finally {
    over.abort()
    progress.stop()
  }
}

class TooLong extends Error {
  override readonly name = 'TooLong'
}

/** The only living session, or the one that is chosen on the terminal. */
async function chooseSession(context: CommandContext): Promise<string> {
  const { io, out, signal } = context
  const [client, { accessKey }] = [await context.client(), await context.settings()]
  const query = { accessKey, statuses: LISTED, fields: ['name', 'status'], limit: 10 }
  const { items } = await client.sessions.list(query, signal)
  const names = items.map(({ name }) => String(name))
  if (names.length === 0) throw usageError('There are no sessions to wait for.')
  if (names.length === 1 && names[0]) return names[0]
  if (!io.stdin.isTTY || out.isJson) throw usageError('Which session?', `There are: ${names.join(', ')}.`)
  for (const [at, item] of items.entries())
    out.info(`${at + 1}  ${String(item.name)}  ${String(item.status)}`)
  io.stderr.write('Which one? ')
  const chosen = names[Number(await io.stdin.readLine()) - 1]
  if (chosen) return chosen
  throw usageError('None was chosen.')
}
