import { ApiError } from '../../client/errors.ts'
import type { SessionStats } from '../../client/session-types.ts'
import type { CommandContext } from '../command-context.ts'
import { CliError } from '../exit-code.ts'

export interface EndOptions {
  ownerAccessKey?: string | undefined
  forced?: boolean
  recursive?: boolean
  signal?: AbortSignal
}

/** Between these a session can be ended by force only; they pass soon. */
const STARTING: readonly unknown[] = ['SCHEDULED', 'PREPARING']
const OVER: readonly unknown[] = ['TERMINATED', 'CANCELLED']
const PAUSE_MS = 250
const TRIES = 40

/**
 * Ends a session, or cancels one that waits; one that is about to run is ended as soon as it does.
 * @throws CliError when it is still starting after about ten seconds
 */
export async function endSession(
  context: Pick<CommandContext, 'client' | 'io' | 'out'>,
  session: string,
  options: EndOptions,
): Promise<SessionStats | null> {
  const client = await context.client()
  const { ownerAccessKey, signal } = options
  let ran = false
  for (let tried = 1; ; tried += 1) {
    try {
      return await client.sessions.destroy(session, options)
    } catch (error) {
      if (!(error instanceof ApiError) || error.kind !== 'generic-forbidden' || options.forced) throw error
      const { status } = await client.sessions.info(session, { ownerAccessKey, signal })
      if (tried > 1 && OVER.includes(status)) return null
      // It came to run after it was refused: the next try ends it.
      const mayEnd = STARTING.includes(status) || (status === 'RUNNING' && !ran)
      if (!mayEnd || tried === TRIES) throw withHint(error, session, status)
      ran = status === 'RUNNING'
      if (tried === 1) context.out.info(`Session ${session} is starting; it ends once it runs.`)
    }
    await context.io.sleep(PAUSE_MS, signal)
  }
}

const FORCIBLE: readonly unknown[] = [...STARTING, 'TERMINATING', 'ERROR']

function withHint(error: ApiError, session: string, status: unknown): unknown {
  if (!FORCIBLE.includes(status)) return error
  return new CliError(error.msg ?? error.title, {
    hints: [`"backend.ai rm --forced ${session}" ends it at once.`],
    cause: error,
  })
}
