import type { Client } from '../../client/client.ts'
import { ApiError, UnreachableError } from '../../client/errors.ts'
import type { SessionEvent } from '../../client/session-events.ts'
import type { CreatedSession, SessionOptions } from '../../client/session-types.ts'
import type { CliIo } from '../cli-io.ts'
import type { CommandContext } from '../command-context.ts'
import type { Progress } from '../progress.ts'

/** What a person reads while the session comes to run; events that say nothing new are left out. */
const PHASES: Record<string, string> = {
  session_enqueued: 'pending',
  session_scheduled: 'scheduled',
  session_preparing: 'preparing',
  kernel_preparing: 'preparing',
  session_pulling: 'pulling the image',
  kernel_pulling: 'pulling the image',
  session_creating: 'creating the container',
  kernel_creating: 'creating the container',
  session_cancelled: 'cancelled',
}

const RETRY_MS = 300

/**
 * Starts a session and shows its phases from the event stream while the request waits. The stream is only for the
 * eye: when it fails, the request alone tells.
 */
export async function startSession(
  client: Client,
  options: SessionOptions & { name: string },
  progress: Progress,
  { signal, io: { sleep } }: Pick<CommandContext, 'signal' | 'io'>,
): Promise<CreatedSession> {
  const watching = new AbortController()
  const started = AbortSignal.any([signal, watching.signal])
  progress.step(`Session ${options.name}: requested`)
  const shown = options.enqueueOnly
    ? Promise.resolve()
    : showPhases(client, options, progress, started, sleep)
  try {
    return await client.sessions.getOrCreate(options, signal)
  } finally {
    watching.abort()
    await shown
    progress.stop()
  }
}

async function showPhases(
  client: Client,
  options: SessionOptions & { name: string },
  progress: Progress,
  signal: AbortSignal,
  sleep: CliIo['sleep'],
): Promise<void> {
  const show = (event: SessionEvent): void => {
    const phase = PHASES[event.event]
    if (phase) progress.step(`Session ${options.name}: ${phase}${reasonOf(event)}`)
  }
  while (!signal.aborted) {
    try {
      const query = { sessionName: options.name, ...ownerOf(options) }
      for await (const event of await client.sessions.events(query, { signal })) show(event)
      return
    } catch (error) {
      // A server may answer 404 until it knows the name.
      const mayCome = error instanceof ApiError && error.status === 404
      if (signal.aborted || !(mayCome || error instanceof UnreachableError)) return
      await sleep(RETRY_MS, signal).catch(() => {})
    }
  }
}

const ownerOf = (options: SessionOptions): { ownerAccessKey?: string } =>
  options.ownerAccessKey ? { ownerAccessKey: options.ownerAccessKey } : {}

const reasonOf = ({ reason }: SessionEvent): string =>
  reason && !/^(new-container-started|no-reason|)$/.test(reason) ? ` (${reason})` : ''
