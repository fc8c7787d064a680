import { eq } from 'drizzle-orm'
import { storedFolder } from './find-folder.ts'
import type { FolderPorts, FolderRow } from './folder-context.ts'

export interface FolderUsage {
  fileCount: number
  usedBytes: number
}

/** How long a look at a folder waits for fresh numbers. */
const PATIENCE_MS = 1500

/** Files and bytes of a folder: fresh where counting is quick, else what was counted last. */
export async function folderUsage(
  { store, storage, clock, log }: Pick<FolderPorts, 'store' | 'storage' | 'clock' | 'log'>,
  row: FolderRow,
): Promise<FolderUsage> {
  const known = { fileCount: row.numFiles, usedBytes: row.curSize * 1024 }
  if (row.unmanagedPath !== null) return known
  const { vfolders: f } = store.tables
  const counted = storage
    .usage(storedFolder(row))
    .then(async (fresh) => {
      if (fresh.fileCount < 0) return known
      const change = { numFiles: fresh.fileCount, curSize: Math.ceil(fresh.usedBytes / 1024) }
      if (change.numFiles !== row.numFiles || change.curSize !== row.curSize)
        await store.tx((tx) => tx.update(f).set(change).where(eq(f.id, row.id)), { relaxed: true })
      return fresh
    })
    .catch((error: unknown) => {
      log.warn({ err: error, folder: row.id }, 'a folder could not be measured')
      return known
    })
  const waiting = new AbortController()
  const late = clock.sleep(PATIENCE_MS, waiting.signal).then(
    () => known,
    () => known,
  )
  const usage = await Promise.race([counted, late])
  waiting.abort()
  return usage
}
