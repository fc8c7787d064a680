import { and, count, eq, inArray, type SQL, sql } from 'drizzle-orm'
import { LIVE_SESSION_STATUSES } from '../../../core/status.ts'
import { vfidText } from '../../../core/vfolder.ts'
import type { Store, Tx } from '../../../db/store.ts'
import { chunked } from '../rows.ts'
import { conflict } from './refusals.ts'

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
  folders: readonly { id: string; quotaScopeId: string }[],
  whose: string,
): Promise<void> {
  const { sessions } = store.tables
  const names = folders.flatMap(({ id, quotaScopeId }) => [
    id,
    vfidText(null, id),
    vfidText(quotaScopeId, id),
  ])
  for (const some of chunked(names)) {
    const rows = await tx
      .select({ name: sessions.name })
      .from(sessions)
      .where(and(inArray(sessions.status, [...LIVE_SESSION_STATUSES]), mountsAnyOf(store, some)))
      .limit(10)
    if (rows.length === 0) continue
    const names = rows.map(({ name }) => name).join(', ')
    throw conflict(
      `Virtual folders of ${whose} are mounted in active sessions (${names}). Terminate them first.`,
    )
  }
}

function mountsAnyOf({ dialect, tables }: Store, vfids: readonly string[]): SQL {
  const list = sql.join(
    vfids.map((vfid) => sql`${vfid}`),
    sql`, `,
  )
  const mounts = tables.sessions.vfolderMounts
  return dialect === 'sqlite'
    ? sql`exists (select 1 from json_each(${mounts}) m where json_extract(m.value, '$.vfid') in (${list}))`
    : sql`exists (select 1 from jsonb_array_elements(${mounts}) m where m ->> 'vfid' in (${list}))`
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
