import { ApiError } from '../../client/errors.ts'
import { DEAD_SESSION_STATUSES } from '../../core/status.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { onSession } from '../session/known-session.ts'
import { ownerOption } from '../spelled-option.ts'

interface LogsFlags {
  follow?: boolean
  owner?: string
}

export const defineLogs: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'logs',
    summary: 'print what a session has written',
    examples: ['logs mysession', 'logs -f mysession'],
  })
    .argument('<SESSION>', 'name or id')
    .option('-f, --follow', 'go on until the session ends')
    .addOption(ownerOption())
    .action(
      bind<LogsFlags>(async ({ context, options, args }) => {
        const session = args[0] ?? ''
        const client = await context.client()
        const ref = { ownerAccessKey: options.owner, signal: context.signal }
        const logs = await onSession(context, session, () => client.sessions.logs(session, ref))
        if (context.out.isJson) context.out.json({ session, logs })
        else context.io.stdout.write(logs)
        if (options.follow) await follow(context, session, logs, options.owner)
        return EXIT.ok
      }),
    )
}

const PAUSE_MS = 1000

/** The API gives whole logs only, so following asks again and prints what is new. */
async function follow(
  context: CommandContext,
  session: string,
  printed: string,
  ownerAccessKey: string | undefined,
): Promise<void> {
  const client = await context.client()
  const { io, out, signal } = context
  const ref = { ownerAccessKey, signal }
  const hasEnded = async (): Promise<boolean> => {
    const { status } = await client.sessions.info(session, ref)
    return DEAD_SESSION_STATUSES.some((dead) => dead === status)
  }
  let before = printed
  let isLast = false
  try {
    while (true) {
      await io.sleep(PAUSE_MS, signal)
      const logs = await client.sessions.logs(session, ref)
      const fresh = newPart(before, logs)
      before = logs
      if (fresh !== '') {
        if (out.isJson) out.json({ session, logs: fresh })
        else io.stdout.write(fresh)
        continue
      }
      if (isLast) return
      // Once more after the end: the last lines may come with it.
      isLast = await hasEnded()
    }
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return
    throw error
  }
}

/** What `now` has beyond `before`, also when the oldest lines have been dropped from a full log. */
export function newPart(before: string, now: string): string {
  if (now.startsWith(before)) return now.slice(before.length)
  const tail = before.slice(-200)
  const at = tail === '' ? -1 : now.lastIndexOf(tail)
  return at < 0 ? now : now.slice(at + tail.length)
}
