import { ApiError } from '../../client/errors.ts'
import { LIVE_SESSION_STATUSES } from '../../core/status.ts'
import type { CommandContext } from '../command-context.ts'
import { CliError } from '../exit-code.ts'
import { closest } from './closest.ts'

/** Runs `work` on a session; when the server knows no such session, the error lists names that are close. */
export async function onSession<T>(
  context: CommandContext,
  session: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ApiError) || error.kind !== 'object-not-found' || !/session/i.test(error.title)) {
      throw error
    }
    throw await unknownSession(context, session, error)
  }
}

/** What the server says of a session in short; one that it does not know is refused with names that are close. */
export async function sessionInfo(context: CommandContext, session: string, owner: string | undefined) {
  const client = await context.client()
  return onSession(context, session, () =>
    client.sessions.info(session, { ownerAccessKey: owner, signal: context.signal }),
  )
}

export async function unknownSession(
  context: CommandContext,
  session: string,
  cause?: unknown,
): Promise<CliError> {
  const names = await liveNames(context)
  const close = closest(session, names)
  const hints =
    close.length > 0
      ? [`Did you mean: ${close.join(', ')}?`]
      : ['"backend.ai ps" lists your sessions; "backend.ai ps --dead" the ended ones.']
  return new CliError(`There is no session "${session}".`, { hints, cause })
}

async function liveNames(context: CommandContext): Promise<string[]> {
  try {
    const client = await context.client()
    const { accessKey } = await context.settings()
    const page = await client.sessions.list({ accessKey, fields: ['name'], limit: 100, statuses: LISTED })
    return page.items.map((item) => String(item.name))
  } catch {
    return []
  }
}

/** What `ps` shows: everything that is not over. */
export const LISTED = LIVE_SESSION_STATUSES
