import { and, eq, inArray } from 'drizzle-orm'
import type { VfolderStatus } from '../../../core/vfolder.ts'
import type { Tx } from '../../../db/store.ts'
import type { FolderPorts, FolderRow } from './folder-context.ts'

/** Moves a folder on, unless somebody else was faster; gives whether it did. */
export async function moveFolder(
  { store, clock }: Pick<FolderPorts, 'store' | 'clock'>,
  tx: Tx,
  row: Pick<FolderRow, 'id' | 'statusHistory'>,
  from: readonly VfolderStatus[],
  to: VfolderStatus,
): Promise<boolean> {
  const { vfolders: f } = store.tables
  const at = new Date(clock.now())
  const moved = await tx
    .update(f)
    .set({ status: to, statusChanged: at, statusHistory: { ...row.statusHistory, [to]: at.toISOString() } })
    .where(and(eq(f.id, row.id), inArray(f.status, [...from])))
    .returning({ id: f.id })
  return moved.length > 0
}
