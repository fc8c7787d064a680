import type { CommandContext } from '../command-context.ts'
import { usageError } from '../exit-code.ts'
import { createProgress } from '../progress.ts'
import { openShell } from '../session/open-shell.ts'
import { reportStart } from '../session/report-start.ts'
import type { SessionFlags } from '../session/session-flags.ts'
import { sessionOptions } from '../session/session-options.ts'
import { startSession } from '../session/start-session.ts'

interface TerminalFlags extends SessionFlags {
  rm?: boolean
}

/** `run --terminal`: a session, and a shell in it on this terminal. */
export async function runTerminal(
  context: CommandContext,
  image: string,
  flags: TerminalFlags,
): Promise<number> {
  const { out, io } = context
  if (out.isJson) throw usageError('A shell has no JSON output.')
  const client = await context.client()
  const options = await sessionOptions(image, flags, await context.settings(), io.cwd)
  const name = options.name ?? `shell-${crypto.randomUUID().slice(0, 8)}`
  const progress = createProgress(io, { isSilent: out.isQuiet })
  const isRemoved = flags.rm === true
  const session = await startSession(client, { ...options, name }, progress, context, { isRemoved })
  if (session.status !== 'RUNNING') return reportStart(context, name, session)
  const { ownerAccessKey } = options
  try {
    return await openShell(context, session.sessionId, ownerAccessKey)
  } finally {
    if (isRemoved) await client.sessions.destroy(session.sessionId, { ownerAccessKey })
    else out.info(`Session ${name} is left; "backend.ai rm ${name}" ends it.`)
  }
}
