import { readdirSync, readFileSync } from 'node:fs'
import { native } from './libc.ts'

/**
 * Orphans of the user's processes end up here, as PID 1 or as subreaper. Children that Bun waits for itself are left
 * to Bun; `owns` tells them apart.
 */
export class Reaper {
  readonly #owned = new Set<number>()

  /** Marks a child that Bun waits for, until it has ended. */
  own(pid: number, exited: Promise<unknown>): void {
    this.#owned.add(pid)
    exited.finally(() => this.#owned.delete(pid)).catch(() => undefined)
  }

  /** Takes the status of every ended orphan; called on SIGCHLD. */
  sweep(): void {
    for (const { pid, state } of children()) {
      if (state === 'Z' && !this.#owned.has(pid)) native.reap(pid)
    }
  }

  /** Direct children that are not reaped yet, ours and adopted ones. */
  living(): number[] {
    return children().map(({ pid }) => pid)
  }
}

function children(): { pid: number; state: string }[] {
  const found: { pid: number; state: string }[] = []
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid)) continue
    const stat = readStat(pid)
    if (stat?.parent === process.pid) found.push({ pid, state: stat.state })
  }
  return found
}

function readStat(pid: number): { state: string; parent: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name in parentheses may hold anything, also parentheses.
    const [state = '', parent = ''] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state, parent: Number(parent) }
  } catch {
    return null
  }
}
