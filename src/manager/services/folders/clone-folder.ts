import { eq } from 'drizzle-orm'
import { Problem } from '../../../core/problem.ts'
import { type VfolderPermission, type VfolderUsageMode, vfidText } from '../../../core/vfolder.ts'
import type { Lease } from '../../../db/store.ts'
import type { Requester } from '../../context.ts'
import { checkNewName, insertFolder, refuseTaken, userOwner } from './create-folder.ts'
import { busy, findFolder, storedFolder } from './find-folder.ts'
import type { FolderContext, FolderRow } from './folder-context.ts'
import { moveFolder } from './folder-status.ts'
import { requireHostPermission } from './host-grants.ts'

export interface CloneRequest {
  name: string
  /** Null: the host of the source. */
  host: string | null
  cloneable: boolean
  usageMode: VfolderUsageMode
  permission: VfolderPermission
}

const LEASE_MS = 60_000
const RENEW_MS = 20_000

/** Held while a folder is copied from or to; without it a copy is dead (`tend-folders`). */
export const cloneLease = (folderId: string): string => `vfolder-clone/${folderId}`

/** Begins to copy a folder into a new one of the requester's. */
export async function cloneFolder(
  context: FolderContext,
  requester: Requester,
  nameOrId: string,
  wanted: CloneRequest,
): Promise<{ row: FolderRow; taskId: string }> {
  const { ports, tasks } = context
  const { store, clock } = ports
  const { row: source } = await findFolder(store, requester, nameOrId, { permission: 'ro' })
  if (!source.cloneable)
    throw new Problem('generic-forbidden', { msg: `The folder "${source.name}" may not be cloned.` })
  storedFolder(source)
  checkNewName(wanted.name)
  const host = wanted.host || source.host
  if (host !== source.host)
    throw new Problem('invalid-api-params', {
      msg: `A folder is cloned on its own host, which is "${source.host}".`,
      data: {},
    })
  await requireHostPermission(store, requester, { host, group: null, unmanagedPath: null }, 'create-vfolder')
  const owner = await userOwner(store, requester)
  await refuseTaken(store, store.db, owner, wanted.name)
  const leases = await takeLeases(context, source)
  const at = new Date(clock.now())
  const id = leases.targetId
  try {
    const row = await insertFolder(store, owner, {
      id,
      host,
      quotaScopeId: owner.scope,
      name: wanted.name,
      usageMode: wanted.usageMode,
      permission: wanted.permission,
      maxSize: source.maxSize,
      createdAt: at,
      creator: requester.email,
      ownershipType: 'user',
      user: requester.userUuid,
      cloneable: wanted.cloneable,
      status: 'performing',
      statusHistory: { performing: at.toISOString() },
      statusChanged: at,
    })
    if (!(await store.tx((tx) => moveFolder(ports, tx, source, ['ready', 'mounted'], 'cloning'))))
      throw busy(source)
    const taskId = await tasks.start('clone-folder', requester, (progress, signal) => {
      progress.setTotal(1)
      return copy(context, source, row, leases, signal)
    })
    return { row, taskId }
  } catch (error) {
    await undo(context, id).finally(() => leases.release())
    throw error
  }
}

interface Leases {
  targetId: string
  /** Aborted when one is lost. */
  lost: AbortSignal
  release(): Promise<void>
}

/** Both folders' leases, renewed until they are given back. */
async function takeLeases({ ports, newId }: FolderContext, source: FolderRow): Promise<Leases> {
  const { store, log } = ports
  const targetId = newId()
  const holder = `clone-${targetId}`
  const names = [cloneLease(source.id), cloneLease(targetId)]
  const take = () => Promise.all(names.map((name) => store.acquireLease(name, holder, LEASE_MS)))
  const held = (await take()).filter((lease): lease is Lease => lease !== null)
  const release = async () => {
    for (const lease of held) await store.releaseLease(lease)
  }
  if (held.length < names.length) {
    await release()
    throw busy({ name: source.name, status: 'cloning' })
  }
  const lost = new AbortController()
  const renewal = setInterval(() => {
    take().then(
      (leases) => leases.includes(null) && lost.abort(new Error('another manager took the clone over')),
      (error: unknown) => log.warn({ err: error, targetId }, 'the lease of a clone was not renewed'),
    )
  }, RENEW_MS)
  return {
    targetId,
    lost: lost.signal,
    async release() {
      clearInterval(renewal)
      await release()
    },
  }
}

async function copy(
  context: FolderContext,
  source: FolderRow,
  target: FolderRow,
  leases: Leases,
  stopping: AbortSignal,
): Promise<string> {
  const { store, storage } = context.ports
  try {
    const signal = AbortSignal.any([stopping, leases.lost])
    await storage.cloneFolder(storedFolder(source), storedFolder(target), signal)
    await store.tx((tx) => moveFolder(context.ports, tx, target, ['performing'], 'ready'))
    return `The folder "${source.name}" was cloned to "${target.name}".`
  } catch (error) {
    await undo(context, target.id)
    throw error
  } finally {
    await store.tx((tx) => moveFolder(context.ports, tx, source, ['cloning'], 'ready'))
    await leases.release()
  }
}

/** Removes what is there of a copy that failed. */
export async function undo(
  { ports: { store, storage } }: { ports: Pick<FolderContext['ports'], 'store' | 'storage'> },
  targetId: string,
): Promise<void> {
  const { vfolders: f } = store.tables
  const [row] = await store.db.select().from(f).where(eq(f.id, targetId))
  if (row?.status !== 'performing') return
  await storage.deleteFolder({ host: row.host, vfid: vfidText(row.quotaScopeId, row.id) })
  await store.tx((tx) => tx.delete(f).where(eq(f.id, targetId)))
}
