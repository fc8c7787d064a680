import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from '../../lib/logger.ts'
import { removeUnfinished, writeDurably } from '../files/write-durably.ts'
import type { KernelRecord } from './kernel-record.ts'

/** The kernel records on disk, `<dir>/<kernel id>.json`. */
export interface RecordStore {
  load(): Promise<KernelRecord[]>
  save(record: KernelRecord): Promise<void>
  remove(kernelId: string): Promise<void>
  /** Resolves when all that was asked for is on disk, or has failed. */
  settled(): Promise<void>
}

export async function openRecordStore(dir: string, log: Logger): Promise<RecordStore> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  await removeUnfinished(dir)
  // Saves of one kernel must reach the disk in their order.
  const tails = new Map<string, Promise<void>>()
  const inOrder = (kernelId: string, step: () => Promise<void>): Promise<void> => {
    const next = (tails.get(kernelId) ?? Promise.resolve()).catch(() => undefined).then(step)
    tails.set(kernelId, next)
    const forget = () => {
      if (tails.get(kernelId) === next) tails.delete(kernelId)
    }
    next.then(forget, forget)
    return next
  }
  const pathOf = (kernelId: string) => join(dir, `${kernelId}.json`)

  return {
    async load() {
      const names = (await readdir(dir)).filter((name) => name.endsWith('.json'))
      const records = await Promise.all(
        names.map(async (name): Promise<KernelRecord | null> => {
          const path = join(dir, name)
          try {
            return JSON.parse(await readFile(path, 'utf8')) as KernelRecord
          } catch (error) {
            log.error({ error, path }, 'unreadable kernel record: its container counts as unknown')
            await rm(path, { force: true })
            return null
          }
        }),
      )
      return records.filter((record) => record !== null)
    },
    save(record) {
      const text = JSON.stringify(record, withoutCredentials)
      return inOrder(record.kernelId, () => writeDurably(pathOf(record.kernelId), text))
    },
    remove: (kernelId) => inOrder(kernelId, () => rm(pathOf(kernelId), { force: true })),
    async settled() {
      await Promise.allSettled(tails.values())
    },
  }
}

/** Registry credentials are for the pull only; a crash before it fails the creation anyway. */
const withoutCredentials = (key: string, value: unknown): unknown => {
  if (key !== 'registry' || typeof value !== 'object' || value === null) return value
  const { username: _user, password: _password, ...rest } = value as Record<string, unknown>
  return rest
}
