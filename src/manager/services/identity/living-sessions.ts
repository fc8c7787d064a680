import { and, count, eq, inArray, type SQL } from 'drizzle-orm'
import { LIVE_SESSION_STATUSES } from '../../../core/status.ts'
import type { Store, Tx } from '../../../db/store.ts'
import { sessionsWith } from '../folders/mounted-folders.ts'
import { chunked } from '../rows.ts'
import { conflict } from './refusals.ts'

const MAX_NAMES = 10

/** @throws Problem `conflict` while sessions that match are alive; `whose` begins the sentence: `The project`. */
export async function refuseWhileLiving(tx: Tx, store: Store, which: SQL, whose: string): Promise<void> {
  const { sessions } = store.tables
  const [row] = await tx
    .select({ n: count() })
    .from(sessions)
    .where(and(which, inArray(sessions.status, [...LIVE_SESSION_STATUSES])))
  if (row && row.n > 0) {
    throw conflict(`${whose} has ${row.n} active session${row.n === 1 ? '' : 's'}. Terminate them first.`)
  }
}

/** @throws Problem `conflict` while a living session has one of these folders mounted, with the sessions' names. */
export async function refuseWhileMounted(
  tx: Tx,
  store: Store,
  folderIds: readonly string[],
  whose: string,
): Promise<void> {
  for (const some of chunked(folderIds)) {
    const found = await sessionsWith(store, tx, some)
    if (found.length === 0) continue
    const names = found.slice(0, MAX_NAMES).map(({ name }) => name)
    throw conflict(
      `Virtual folders of ${whose} are mounted in active sessions (${names.join(', ')}). Terminate them first.`,
    )
  }
}

/** Removes the records of ended sessions that match, with their kernels. */
export async function deleteSessionRecords(tx: Tx, store: Store, which: SQL): Promise<void> {
  await tx.delete(store.tables.sessions).where(which)
}

/** The condition "of this owner" on sessions. */
export const sessionsOf = (store: Pick<Store, 'tables'>) => {
  const { sessions: t } = store.tables
  return {
    domain: (name: string) => eq(t.domainName, name),
    project: (id: string) => eq(t.groupId, id),
    user: (uuid: string) => eq(t.userUuid, uuid),
    accessKey: (accessKey: string) => eq(t.accessKey, accessKey),
  }
}
