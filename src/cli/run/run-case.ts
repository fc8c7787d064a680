import type { Client } from '../../client/client.ts'
import { ApiError } from '../../client/errors.ts'
import type { ExecuteRequest, OutputFile } from '../../client/execution-result.ts'
import type { UploadFile } from '../../client/multipart.ts'
import type { CreatedSession, SessionOptions, SessionStats } from '../../client/session-types.ts'
import type { CommandContext } from '../command-context.ts'
import { CliError, EXIT } from '../exit-code.ts'
import { createProgress } from '../progress.ts'
import { endSession } from '../session/end-session.ts'
import { startSession } from '../session/start-session.ts'
import { printStats } from '../session/stats.ts'
import { createConsolePrinter } from './console-printer.ts'
import { executeCode } from './execute-code.ts'

/** One session of a `run`. */
export interface RunCase {
  /** Position among the cases, as shown: `[0]`. */
  index: number
  session: SessionOptions & { name: string }
  files: readonly UploadFile[]
  /** Null: the session is only started. */
  request: ExecuteRequest | null
}

export interface RunPolicy {
  /** More than one case: lines get the case's number. */
  isParallel: boolean
  remove: boolean
  stats: boolean
  mediaDirectory?: string | undefined
}

export interface CaseOutcome {
  session: CreatedSession | null
  exitCode: number
  stats: SessionStats | null
  error?: unknown
  console: unknown[]
  /** What the run has left in `.output`. */
  files: OutputFile[]
}

/** Starts the session, uploads, runs and cleans up; never rejects. */
export async function runCase(
  context: CommandContext,
  each: RunCase,
  policy: RunPolicy,
): Promise<CaseOutcome> {
  const { out, signal } = context
  const client = await context.client()
  const outcome: CaseOutcome = { session: null, exitCode: EXIT.ok, stats: null, console: [], files: [] }
  try {
    outcome.session = await start(context, client, each, policy)
    if (outcome.session.status === 'RUNNING')
      outcome.exitCode = await work(context, client, each, policy, outcome)
    else outcome.exitCode = notRunning(context, each, outcome.session)
  } catch (error) {
    outcome.error = error
    outcome.exitCode = signal.aborted ? EXIT.interrupted : EXIT.failed
  }
  if (signal.aborted) outcome.exitCode = EXIT.interrupted
  const isOver = outcome.session?.status === 'RUNNING' || signal.aborted
  if (policy.remove && isOver) outcome.stats = await cleanUp(context, each, policy, outcome.session)
  else if (signal.aborted)
    out.info(`Session ${each.session.name} is left; "backend.ai rm ${each.session.name}" ends it.`)
  return outcome
}

async function start(
  context: CommandContext,
  client: Client,
  each: RunCase,
  policy: RunPolicy,
): Promise<CreatedSession> {
  const { out, io } = context
  const isSilent = out.isJson || out.isQuiet
  const progress = createProgress(io, { isSilent, isPlain: policy.isParallel })
  const session = await startSession(client, each.session, progress, context, { isRemoved: policy.remove })
  const isReused = session.created ? '' : ' (already there)'
  if (session.status === 'RUNNING')
    out.done(`[${each.index}] Session ${each.session.name} is ready.${isReused}`)
  return session
}

/** Uploads and runs. */
async function work(
  context: CommandContext,
  client: Client,
  each: RunCase,
  policy: RunPolicy,
  outcome: CaseOutcome,
): Promise<number> {
  const { out, io, signal } = context
  const tag = `[${each.index}]`
  const session = outcome.session?.sessionId ?? each.session.name
  const { ownerAccessKey } = each.session
  if (each.files.length > 0) {
    await client.sessions.upload(session, each.files, { ownerAccessKey, signal })
    out.done(`${tag} Uploaded ${each.files.length} file${each.files.length === 1 ? '' : 's'}.`)
  }
  if (!each.request) return EXIT.ok
  const note = (message: string): void => out.info(`${tag} ${message}`)
  const printer = createConsolePrinter(io, {
    note,
    ...(policy.isParallel ? { prefix: `${tag} ` } : {}),
    ...(policy.mediaDirectory ? { mediaDirectory: policy.mediaDirectory } : {}),
  })
  const collecting = {
    print: async (items: readonly unknown[]) => void outcome.console.push(...items),
    flush: () => {},
  }
  const exitCode = await executeCode({
    client,
    io,
    session,
    ownerAccessKey,
    request: each.request,
    printer: out.isJson ? collecting : printer,
    signal,
    note,
    onFiles: (files) => {
      outcome.files.push(...files)
      for (const { name, url } of files) note(policy.remove ? goneWithSession(name) : `Left ${name}: ${url}`)
    },
  })
  const timedOut = exitCode === EXIT.timeout ? ' It ran past its time limit.' : ''
  out.done(`${tag} Execution finished. (exit code = ${exitCode})${timedOut}`)
  return exitCode
}

const goneWithSession = (name: string): string =>
  `Left ${name}, which goes with the session; without --rm it can be fetched.`

function notRunning({ out }: CommandContext, each: RunCase, session: CreatedSession): number {
  const { name } = each.session
  const tag = `[${each.index}]`
  switch (session.status) {
    case 'PENDING':
    case 'SCHEDULED':
      out.done(`${tag} Session ${name} is enqueued; "backend.ai watch ${name}" waits for it.`)
      return EXIT.ok
    case 'TIMEOUT':
      out.warn(`${tag} Session ${name} did not start in time and stays in the queue.`)
      return EXIT.notStarted
    default:
      out.warn(
        `${tag} Session ${name} did not start: it is ${session.status}. "backend.ai info ${name}" tells more.`,
      )
      return EXIT.notStarted
  }
}

async function cleanUp(
  context: CommandContext,
  each: RunCase,
  policy: RunPolicy,
  session: CreatedSession | null,
): Promise<SessionStats | null> {
  const { out } = context
  const { ownerAccessKey, name } = each.session
  try {
    const stats = await endSession(context, session?.sessionId ?? name, { ownerAccessKey })
    out.done(`[${each.index}] Cleaned up the session.`)
    if (policy.stats) printStats(out, each.session.name, stats)
    return stats
  } catch (error) {
    // Interrupted before it was made, or ended by itself.
    if (error instanceof ApiError && error.kind === 'object-not-found') return null
    const why = error instanceof Error ? error.message : String(error)
    out.warn(`[${each.index}] Session ${each.session.name} could not be cleaned up: ${why}`)
    return null
  }
}

/** The error to report for the whole run: the first case's that failed. */
export const firstFailure = (outcomes: readonly CaseOutcome[]): unknown =>
  outcomes.find((outcome) => outcome.error !== undefined && !(outcome.error instanceof CliError))?.error ??
  outcomes.find((outcome) => outcome.error !== undefined)?.error
