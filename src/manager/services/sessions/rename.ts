import { and, eq, inArray } from 'drizzle-orm'
import { Problem } from '../../../core/problem.ts'
import { LIVE_SESSION_STATUSES } from '../../../core/status.ts'
import { isUniqueViolation } from '../../../db/errors.ts'
import type { Requester } from '../../context.ts'
import { checkName } from './check-input.ts'
import type { SessionContext } from './context.ts'
import { resolveSession, type SessionRef } from './resolve.ts'

/** Gives a live session another name, which no other live session of its owner may have. */
export async function renameSession(
  { ports: { store } }: SessionContext,
  requester: Requester,
  ref: SessionRef,
  name: string,
): Promise<void> {
  checkName(name)
  const session = await resolveSession(store, requester, ref)
  const { sessions } = store.tables
  try {
    await store.tx((tx) =>
      tx
        .update(sessions)
        .set({ name, liveName: name })
        .where(and(eq(sessions.id, session.id), inArray(sessions.status, LIVE_SESSION_STATUSES))),
    )
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new Problem('invalid-api-params', {
      msg: `A session named "${name}" is alive already.`,
      data: {},
      cause: error,
    })
  }
}
