import type { Subprocess } from 'bun'
import { native } from './libc.ts'
import type { Reaper } from './reaper.ts'

export interface ProcessOwner {
  uid: number
  gid: number
}

export interface SpawnRequest {
  command: readonly string[]
  cwd: string
  environ: Record<string, string>
  /** File descriptors given to the child as 0, 1, 2, 3, …; they stay open here. */
  descriptors: (number | 'ignore')[]
}

/** Rounds of 1 ms in which adopted processes are killed at the end; a process in the middle of I/O takes longer. */
const LAST_ROUNDS = 200

/** Starts every process of the user: in its own session, as the user where we are root, known to the reaper. */
export class Processes {
  readonly reaper: Reaper
  readonly owner: ProcessOwner | null
  readonly #living = new Map<number, Subprocess>()
  #stopping = false

  /** @param owner null = children run as we do */
  constructor(reaper: Reaper, owner: ProcessOwner | null) {
    this.reaper = reaper
    this.owner = owner
  }

  spawn(request: SpawnRequest): Subprocess {
    const [stdin = 'ignore', stdout = 'ignore', stderr = 'ignore', ...rest] = request.descriptors
    return this.track(
      Bun.spawn({
        cmd: [...request.command],
        cwd: request.cwd,
        env: request.environ,
        stdio: [stdin, stdout, stderr, ...rest],
        ...this.spawnOwner(),
      }),
    )
  }

  /** Options of `Bun.spawn` for a process of the user. */
  spawnOwner(): { detached: true; uid?: number; gid?: number } {
    return this.owner ? { detached: true, ...this.owner } : { detached: true }
  }

  track<P extends Subprocess>(child: P): P {
    if (this.#stopping) signalGroup(child.pid, 'SIGKILL')
    this.#living.set(child.pid, child)
    this.reaper.own(
      child.pid,
      child.exited.finally(() => this.#living.delete(child.pid)),
    )
    return child
  }

  /** A pipe that the user's processes may also open by name (`/dev/stdout`). */
  pipe(): { readFd: number; writeFd: number } {
    const ends = native.pipe()
    if (this.owner) native.chown(ends.writeFd, this.owner.uid, this.owner.gid)
    return ends
  }

  /** Ends everything: SIGTERM to all groups, SIGKILL to what is left after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true
    const groups = [...this.#living.keys()]
    for (const pid of groups) {
      signalGroup(pid, 'SIGTERM')
      signalGroup(pid, 'SIGCONT')
    }
    const exits = Promise.all([...this.#living.values()].map((child) => child.exited))
    let timer: Timer | undefined
    const grace = new Promise((resolve) => {
      timer = setTimeout(resolve, graceMs)
    })
    await Promise.race([exits, grace])
    clearTimeout(timer)
    for (const pid of groups) signalGroup(pid, 'SIGKILL')
    // Daemons that left their group are children of ours by now; each round adopts the next generation.
    for (let round = 0; round < LAST_ROUNDS; round += 1) {
      this.reaper.sweep()
      const rest = this.reaper.living()
      if (rest.length === 0) return
      for (const pid of rest) signal(pid, 'SIGKILL')
      await Bun.sleep(1)
    }
  }
}

/** Signals the process group; a group that is gone is no error. */
export function signalGroup(pid: number, name: NodeJS.Signals): void {
  signal(-pid, name)
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
