import { statSync } from 'node:fs'
import { native } from './libc.ts'
import { Processes } from './processes.ts'
import { Reaper } from './reaper.ts'
import { Runner, type RunnerOptions } from './runner.ts'

/** Time that user processes have between SIGTERM and SIGKILL when the kernel ends, in milliseconds. */
const GRACE_MS = 2000

export interface ServeOptions extends Omit<RunnerOptions, 'processes'> {
  /** Ends when the kernel is to end. */
  dialing: Promise<void>
}

/** Makes this process the parent of whatever the user starts, serves until the dialer ends, and ends the processes. */
export async function serveKernel({ dialing, ...options }: ServeOptions): Promise<void> {
  const { settings, log } = options
  native.becomeSubreaper()
  // Lowered by a starter of another user: the user's processes run as we do, and the token is ours alone.
  const starter = statSync(`/proc/${process.ppid}`, { throwIfNoEntry: false })
  if (starter && starter.uid !== process.getuid?.()) native.hideMemory()
  const owner = ownerOf(settings.uid, settings.gid)
  if (owner) native.dropSupplementaryGroups()
  const reaper = new Reaper()
  const processes = new Processes(reaper, owner)
  // A defect in one corner must not take the user's running code with it.
  const survive = (error: unknown) => log.error({ error: String(error) }, 'an error that nobody handled')
  process.on('uncaughtException', survive)
  process.on('unhandledRejection', survive)
  process.on('SIGCHLD', () => reaper.sweep())
  await new Runner({ ...options, processes }).run(dialing)
  await processes.stop(GRACE_MS)
}

/** Only root can start processes as somebody else. */
function ownerOf(uid: number | null, gid: number | null): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0 || uid === null || uid === 0) return null
  return { uid, gid: gid ?? uid }
}
