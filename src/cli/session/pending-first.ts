import type { CommandContext } from '../command-context.ts'

/** The named sessions, those that wait in the queue before the others; their order is kept when nobody can tell. */
export async function pendingFirst(
  context: CommandContext,
  sessions: readonly string[],
  owner: string | undefined,
): Promise<readonly string[]> {
  if (sessions.length < 2) return sessions
  const client = await context.client()
  const statuses = await Promise.all(
    sessions.map((session) =>
      client.sessions
        .info(session, { ownerAccessKey: owner, signal: context.signal })
        .then(({ status }) => status)
        .catch(() => null),
    ),
  )
  const isPending = (at: number): boolean => statuses[at] === 'PENDING'
  return [...sessions.filter((_, at) => isPending(at)), ...sessions.filter((_, at) => !isPending(at))]
}
