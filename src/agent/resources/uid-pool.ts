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
