import { and, inArray, or, type SQL, sql } from 'drizzle-orm'
import { Problem } from '../../../core/problem.ts'
import { LIVE_SESSION_STATUSES } from '../../../core/status.ts'
import type { Store, Tx } from '../../../db/store.ts'
import type { FolderRow } from './folder-context.ts'

/** Living sessions that have a folder mounted, or will once they run. */
export async function sessionsWith(
  store: Pick<Store, 'dialect' | 'tables'>,
  db: Store['db'] | Tx,
  folderIds: readonly string[],
): Promise<{ id: string; name: string }[]> {
  if (folderIds.length === 0) return []
  const { sessions } = store.tables
  // The hex digits of an id occur in the mounts of its folder only.
  const names = folderIds.map((id): SQL => {
    const hex = id.replaceAll('-', '')
    return store.dialect === 'sqlite'
      ? sql`instr(${sessions.vfolderMounts}, ${hex}) > 0`
      : sql`position(${hex}::text in ${sessions.vfolderMounts}::text) > 0`
  })
  return await db
    .select({ id: sessions.id, name: sessions.name })
    .from(sessions)
    .where(and(inArray(sessions.status, [...LIVE_SESSION_STATUSES]), or(...names)))
}

/** @throws Problem 409 that names the sessions (decisions.md). */
export async function refuseMounted(
  store: Pick<Store, 'dialect' | 'tables'>,
  db: Store['db'] | Tx,
  { id, name }: Pick<FolderRow, 'id' | 'name'>,
): Promise<void> {
  const sessions = await sessionsWith(store, db, [id])
  if (sessions.length === 0) return
  throw new Problem('conflict', {
    title: 'The virtual folder is mounted.',
    msg: `The folder "${name}" is mounted in ${sessions.map((one) => `"${one.name}"`).join(', ')}.`,
    data: { sessions },
  })
}
