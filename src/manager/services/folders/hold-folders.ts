import { eq } from 'drizzle-orm'
import { notFound } from '../../../core/problem.ts'
import type { VfolderStatus } from '../../../core/vfolder.ts'
import type { Store, Tx } from '../../../db/store.ts'
import type { MountRecord } from '../../../db/tables/sessions.ts'
import { folderUuid } from './folder-id.ts'

/** Statuses in which a folder can be mounted. */
export const MOUNTABLE: readonly VfolderStatus[] = ['ready', 'mounted', 'cloning']

/** Checks where nobody comes between that the folders of a new session are still there, and notes their use. */
export async function holdFolders(
  { tables }: Pick<Store, 'tables'>,
  tx: Tx,
  mounts: readonly MountRecord[],
  at: Date,
): Promise<void> {
  const { vfolders: f } = tables
  for (const { vfid, name } of mounts) {
    const id = folderUuid(vfid.split('/').at(-1) ?? '')
    const held = await tx.update(f).set({ lastUsed: at }).where(eq(f.id, id)).returning({ status: f.status })
    if (!held.some(({ status }) => MOUNTABLE.some((one) => one === status)))
      throw notFound('virtual folder', `The folder "${name}" was deleted meanwhile.`)
  }
}
