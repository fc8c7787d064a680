import { createHash } from 'node:crypto'

/** Above the users of Debian and the subordinates of its first one, below those of systemd's containers (from 524,288). */
const FIRST = 200_000
const WINDOWS = 320
const WINDOW = 1_000

/**
 * The user numbers of one agent's kernels. Agents that share a machine must not share a number, because a kernel is
 * ended by ending all processes of its user; so each data directory has a window of its own.
 */
export function uidWindow(dataDir: string): { first: number; count: number } {
  const hash = createHash('sha256').update(dataDir).digest().readUInt32BE()
  return { first: FIRST + (hash % WINDOWS) * WINDOW, count: WINDOW }
}
