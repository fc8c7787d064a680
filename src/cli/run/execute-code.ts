import type { Client } from '../../client/client.ts'
import type { ExecuteRequest, ExecutionResult, OutputFile } from '../../client/execution-result.ts'
import type { CliIo } from '../cli-io.ts'
import { CliError, EXIT } from '../exit-code.ts'
import type { ConsolePrinter } from './console-printer.ts'

export interface ExecuteOptions {
  client: Client
  io: CliIo
  session: string
  ownerAccessKey?: string | undefined
  request: ExecuteRequest
  printer: ConsolePrinter
  /** Aborted: the code is interrupted and its last output still printed. */
  signal: AbortSignal
  /** Shown for steps of batch mode. */
  note: (message: string) => void
  /** Files that the run has left in `.output`, once it has. */
  onFiles: (files: readonly OutputFile[]) => void
}

/** How long an interrupted run may take to end, in ms. */
const INTERRUPT_GRACE_MS = 5000

/** Runs code over the socket; its exit code. 124 when it ran past its time limit. */
export async function executeCode(options: ExecuteOptions): Promise<number> {
  const { client, io, session, printer, signal } = options
  const ref = { ownerAccessKey: options.ownerAccessKey }
  const stream = await client.sessions.streamExecute(session, options.request, ref)
  let interrupting: Promise<void> | null = null
  const onAbort = () => {
    interrupting = client.sessions
      .interrupt(session, ref)
      .catch(() => {})
      .then(() => io.sleep(INTERRUPT_GRACE_MS))
      .then(() => stream.close())
  }
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  try {
    for await (const result of stream) {
      await printer.print(result.console)
      if (result.files && result.files.length > 0) options.onFiles(result.files)
      const exitCode = await onResult(result, options, stream.input)
      if (exitCode !== null) return exitCode
    }
    return EXIT.ok
  } finally {
    signal.removeEventListener('abort', onAbort)
    if (!interrupting) stream.close()
    printer.flush()
  }
}

/** The exit code when the result is the last one. */
async function onResult(
  result: ExecutionResult,
  options: ExecuteOptions,
  input: (line: string) => void,
): Promise<number | null> {
  switch (result.status) {
    case 'waiting-input':
      input(await answer(result.options?.is_password === true, options))
      return null
    case 'clean-finished':
    case 'build-finished': {
      const step = result.status === 'clean-finished' ? 'Clean' : 'Build'
      if (result.exitCode) options.note(`${step} finished. (exit code = ${result.exitCode})`)
      return null
    }
    case 'finished':
      return result.exitCode ?? EXIT.ok
    case 'exec-timeout':
      return EXIT.timeout
    case 'error':
      throw new CliError(`The execution failed: ${result.msg ?? 'no reason is given'}.`)
    default:
      return null
  }
}

async function answer(
  isPassword: boolean,
  { io, client, session, signal, ...rest }: ExecuteOptions,
): Promise<string> {
  const line = isPassword ? io.stdin.readSecret() : io.stdin.readLine()
  const stopped = new Promise<null>((resolve) => {
    signal.addEventListener('abort', () => resolve(null), { once: true })
  })
  const text = await Promise.race([line, stopped])
  if (text !== null) return text
  // Nobody answers any more: the run must not wait for ever.
  await client.sessions.interrupt(session, { ownerAccessKey: rest.ownerAccessKey }).catch(() => {})
  if (signal.aborted) throw signal.reason
  throw new CliError('The code asks for input, but standard input has ended.')
}
