import type { Client } from '../../client/client.ts'
import { ApiError, UnreachableError } from '../../client/errors.ts'
import type { SessionEvent } from '../../client/session-events.ts'
import type { CreatedSession, SessionOptions } from '../../client/session-types.ts'
import type { CliIo } from '../cli-io.ts'
import type { CommandContext } from '../command-context.ts'
import type { Progress } from '../progress.ts'
import { showWaiting } from './show-waiting.ts'

/** What a person reads while the session comes to run; events that say nothing new are left out. */
const PHASES: Record<string, string> = {
  session_enqueued: 'pending',
  session_scheduled: 'scheduled',
  session_preparing: 'preparing',
  kernel_preparing: 'preparing',
  session_pulling: 'pulling the image',
  kernel_pulling: 'pulling the image',
  session_creating: 'starting the kernel',
  kernel_creating: 'starting the kernel',
  session_cancelled: 'cancelled',
}

const RETRY_MS = 300

/** What is known of a session before it is there. */
type Starting = Pick<SessionOptions, 'enqueueOnly' | 'ownerAccessKey'> & { name: string }

/** Starts a session of an image, with its phases shown. `isRemoved`: the caller ends it after Ctrl-C. */
export const startSession = (
  client: Client,
  options: SessionOptions & { name: string },
  progress: Progress,
  context: Pick<CommandContext, 'signal' | 'io'>,
  { isRemoved = false }: { isRemoved?: boolean } = {},
): Promise<CreatedSession> => {
  const request = () => client.sessions.getOrCreate(options, context.signal)
  return showStart(client, options, request, progress, context, isRemoved)
}

/**
 * Waits for a request that starts a session and shows its phases from the event stream while the request waits, and why it stays in the queue.
 * Both are only for the eye: when they fail, the request alone tells.
 */
export async function showStart(
  client: Client,
  options: Starting,
  request: () => Promise<CreatedSession>,
  progress: Progress,
  { signal, io: { sleep } }: Pick<CommandContext, 'signal' | 'io'>,
  isRemoved = false,
): Promise<CreatedSession> {
  const watching = new AbortController()
  const started = AbortSignal.any([signal, watching.signal])
  progress.step(`Session ${options.name}: requested`)
  const shown = options.enqueueOnly
    ? Promise.resolve()
    : Promise.all([
        showPhases(client, options, progress, started, sleep),
        showWaiting(
          client,
          { ...options, advice: isRemoved ? 'Ctrl-C cancels it.' : leftInQueue(options.name) },
          progress,
          started,
          sleep,
        ),
      ])
  try {
    return await request()
  } finally {
    watching.abort()
    await shown
    progress.stop()
  }
}

/** What Ctrl-C does to a session that waits. */
export const leftInQueue = (name: string): string =>
  `Ctrl-C leaves it queued; "backend.ai rm ${name}" cancels it.`

async function showPhases(
  client: Client,
  options: Starting,
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

const ownerOf = (options: Starting): { ownerAccessKey?: string } =>
  options.ownerAccessKey ? { ownerAccessKey: options.ownerAccessKey } : {}

const reasonOf = ({ reason }: SessionEvent): string =>
  reason && !/^(new-container-started|no-reason|)$/.test(reason) ? ` (${reason})` : ''
