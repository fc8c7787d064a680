import { UnreachableError } from '../../client/errors.ts'
import type { CommandContext } from '../command-context.ts'
import { reportError } from '../report-error.ts'

/** Does the work for each session, one after the other; a failure is reported and the others go on. */
export async function forEachSession(
  context: CommandContext,
  sessions: readonly string[],
  work: (session: string) => Promise<void>,
): Promise<number> {
  let failures = 0
  for (const session of sessions) {
    try {
      await work(session)
    } catch (error) {
      if (context.signal.aborted || error instanceof UnreachableError || sessions.length === 1) throw error
      reportError(error, context.io, context.out, context.flags.debug === true)
      failures += 1
    }
  }
  return failures
}
