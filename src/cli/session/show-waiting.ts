import type { Client } from '../../client/client.ts'
import { ApiError, UnreachableError } from '../../client/errors.ts'
import type { CliIo } from '../cli-io.ts'
import type { Progress } from '../progress.ts'

/** Most sessions run before; only who waits longer wants to know why. */
const FIRST_LOOK_MS = 1500
const NEXT_LOOK_MS = 2000

export interface WaitingSession {
  name: string
  ownerAccessKey?: string | undefined
  /** What Ctrl-C and others do to it; shown once. */
  advice: string
}

/** Says why a session stays in the queue, again when the reason changes, until it leaves it or the signal aborts. */
export async function showWaiting(
  client: Client,
  { name, ownerAccessKey, advice }: WaitingSession,
  progress: Progress,
  signal: AbortSignal,
  sleep: CliIo['sleep'],
): Promise<void> {
  let shown = ''
  let pause = FIRST_LOOK_MS
  while (!signal.aborted) {
    try {
      await sleep(pause, signal)
      pause = NEXT_LOOK_MS
      const info = await client.sessions.info(name, { ownerAccessKey, signal })
      if (info.status !== 'PENDING') return
      const reason = reasonOf(info.statusData)
      if (reason !== '' && reason !== shown) {
        progress.note(`Session ${name} waits: ${reason}${shown === '' ? `\n  ${advice}` : ''}`)
        shown = reason
      }
    } catch (error) {
      if (signal.aborted) return
      // The request may still be on its way, or a manager restarts; the request itself tells of other failures.
      const mayCome = error instanceof ApiError && error.status === 404
      if (!(mayCome || error instanceof UnreachableError)) return
    }
  }
}

/** The scheduler's sentences; empty while it has not tried yet. */
function reasonOf(statusData: unknown): string {
  if (typeof statusData !== 'object' || statusData === null || !('scheduler' in statusData)) return ''
  const { scheduler } = statusData
  if (typeof scheduler !== 'object' || scheduler === null || !('msg' in scheduler)) return ''
  return typeof scheduler.msg === 'string' ? scheduler.msg : ''
}
