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
export function hasProcesses(uid: number): boolean {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    // A process may end while we look; a directory that is gone belongs to nobody.
    if (statSync(`/proc/${name}`, { throwIfNoEntry: false })?.uid === uid) return true
  }
  return false
}
