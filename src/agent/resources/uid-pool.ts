import { readdirSync, statSync } from 'node:fs'
import { AgentError } from '../agent-error.ts'

/** A user number per kernel, where the backend wants kernels apart from each other. */
export interface UidPool {
  acquire(): number
  reserve(uid: number): void
  release(uid: number): void
}

/** @param isBusy whether processes of that number still run, left by somebody else. */
export function createUidPool(first: number, count: number, isBusy: (uid: number) => boolean): UidPool {
  const taken = new Set<number>()
  let offset = 0
  return {
    acquire() {
      for (let tried = 0; tried < count; tried++) {
        const uid = first + offset
        offset = (offset + 1) % count
        if (taken.has(uid) || isBusy(uid)) continue
        taken.add(uid)
        return uid
      }
      throw new AgentError('ResourceInitError', `no user number is left in ${first}-${first + count - 1}`)
    },
    reserve: (uid) => void taken.add(uid),
    release: (uid) => void taken.delete(uid),
  }
}

/** Whether any process of this machine runs as `uid`. */
export const hasProcesses = (uid: number): boolean => hasProcessesAmong({ first: uid, count: 1 })

/** Whether any process of this machine runs as one of `count` users from `first` on. */
export function hasProcessesAmong({ first, count }: { first: number; count: number }): boolean {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    // A process may end while we look; a directory that is gone belongs to nobody.
    const uid = statSync(`/proc/${name}`, { throwIfNoEntry: false })?.uid
    if (uid !== undefined && uid >= first && uid < first + count) return true
  }
  return false
}
