import { statSync } from 'node:fs'
import { systemClock } from '../lib/clock.ts'
import { jsonLog } from './json-log.ts'
import { native } from './libc.ts'
import { Processes } from './processes.ts'
import { Reaper } from './reaper.ts'
import { Runner } from './runner.ts'
import { SettingsError, takeSettings } from './settings.ts'

/** Time that user processes have between SIGTERM and SIGKILL when the kernel ends, in milliseconds. */
const GRACE_MS = 2000

/**
 * `backendai kernel-runner`: started by the agent, in a container or as a native process. Everything it needs is in
 * `BACKENDAI_RUNNER_*` (settings.ts); it ends with SIGTERM or SIGINT.
 * @returns 0 after an ordinary end, 2 when it was started wrongly
 */
export async function runKernelRunner(_argv: string[]): Promise<number> {
  let settings: ReturnType<typeof takeSettings>
  try {
    settings = takeSettings(process.env)
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    console.error(`kernel-runner: ${error.message}`)
    return 2
  }
  const log = jsonLog({ kernelId: settings.kernelId })
  native.becomeSubreaper()
  // Lowered by a starter of another user: the user's processes run as we do, and the token is ours alone.
  const starter = statSync(`/proc/${process.ppid}`, { throwIfNoEntry: false })
  if (starter && starter.uid !== process.getuid?.()) native.hideMemory()
  const owner = ownerOf(settings.uid, settings.gid)
  if (owner) native.dropSupplementaryGroups()
  const reaper = new Reaper()
  const processes = new Processes(reaper, owner)
  const stop = new AbortController()
  const end = () => stop.abort()
  // A defect in one corner must not take the user's running code with it.
  const survive = (error: unknown) => log.error({ error: String(error) }, 'an error that nobody handled')
  process.on('uncaughtException', survive)
  process.on('unhandledRejection', survive)
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  process.on('SIGCHLD', () => reaper.sweep())
  await new Runner({ settings, processes, log, clock: systemClock }).run(stop.signal)
  await processes.stop(GRACE_MS)
  return 0
}

/** Only root can start processes as somebody else. */
function ownerOf(uid: number | null, gid: number | null): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0 || uid === null || uid === 0) return null
  return { uid, gid: gid ?? uid }
}
