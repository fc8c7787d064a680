import { and, eq, inArray, isNull, lt, or } from 'drizzle-orm'
import { parseDuration } from '../../../config/value/duration.ts'
import { cloneLease, undo } from './clone-folder.ts'
import { removeContents } from './delete-folder.ts'
import type { FolderPorts, FolderRow } from './folder-context.ts'
import { moveFolder } from './folder-status.ts'
import { releaseScope } from './release-scope.ts'

type Ports = Pick<FolderPorts, 'store' | 'storage' | 'config' | 'clock' | 'log'>

/** Seconds that a deleted folder stays in the trash unless `volumes/trash_retention` says otherwise. */
const RETENTION_SECONDS = 7 * 24 * 3600
const LEASE_MS = 60_000

/**
 * Empties the trash of what has been there long enough, forgets what is gone with its owner, and goes on with what a
 * killed manager left half done.
 */
export async function tendFolders(ports: Ports, holder: string): Promise<void> {
  const { store, clock, log } = ports
  const { vfolders: f } = store.tables
  const retention =
    parseDuration((await ports.config.get('volumes/trash_retention')) ?? '') ?? RETENTION_SECONDS
  const expired = new Date(clock.now() - retention * 1000)
  const rows = await store.db
    .select()
    .from(f)
    .where(
      or(
        and(eq(f.status, 'delete-pending'), lt(f.statusChanged, expired)),
        inArray(f.status, ['delete-ongoing', 'delete-error', 'cloning', 'performing']),
        and(eq(f.status, 'delete-complete'), isNull(f.user), isNull(f.group)),
      ),
    )
  if (rows.length === 0) return
  const lease = await store.acquireLease('tend-folders', holder, LEASE_MS)
  if (!lease) return
  try {
    for (const row of rows) {
      try {
        await tend(ports, row, holder)
      } catch (error) {
        log.warn({ err: error, folder: row.id, status: row.status }, 'a folder could not be tended')
      }
    }
  } finally {
    await store.releaseLease(lease)
  }
}

async function tend(ports: Ports, row: FolderRow, holder: string): Promise<void> {
  const { store } = ports
  const { vfolders: f } = store.tables
  if (row.status.startsWith('delete-')) {
    if (row.status !== 'delete-complete') await removeContents(ports, row)
    if (row.user !== null || row.group !== null) return
    await releaseScope(ports, row)
    await store.tx((tx) => tx.delete(f).where(and(eq(f.id, row.id), eq(f.status, 'delete-complete'))))
    return
  }
  const lease = await store.acquireLease(cloneLease(row.id), `${holder}-tend`, LEASE_MS)
  // Somebody copies.
  if (!lease) return
  try {
    if (row.status === 'performing') await undo({ ports }, row.id)
    else await store.tx((tx) => moveFolder(ports, tx, row, ['cloning'], 'ready'))
  } finally {
    await store.releaseLease(lease)
  }
}
