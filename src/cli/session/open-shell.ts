import type { PtyStream } from '../../client/pty-stream.ts'
import type { CommandContext } from '../command-context.ts'
import { CliError, EXIT } from '../exit-code.ts'

const PING_MS = 60_000
/** A terminal that changes its mode drops a Ctrl-D, and one behind half a line only ends the line: it is typed again. */
const END_AGAIN_MS = 500
const CTRL_D = Uint8Array.of(4)

/** A terminal inside the session on this terminal, until the shell ends. */
export async function openShell(
  context: CommandContext,
  session: string,
  ownerAccessKey: string | undefined,
): Promise<number> {
  const { io } = context
  const client = await context.client()
  const size = () => ({ rows: io.stdout.rows, cols: io.stdout.columns })
  const pty = await client.sessions.streamPty(session, size(), { ownerAccessKey })
  const over = new AbortController()
  const stopReading = io.stdin.readRaw(
    (bytes) => pty.write(bytes),
    // Piped commands have ended: so does every reader in the session, as if Ctrl-D were typed.
    () => void typeEnds(context, pty, over.signal),
  )
  const stopResizing = io.onResize(() => {
    const { rows, cols } = size()
    pty.resize(rows, cols)
  })
  const pings = setInterval(() => pty.ping(), PING_MS)
  const onAbort = () => pty.close()
  context.signal.addEventListener('abort', onAbort, { once: true })
  try {
    for await (const bytes of pty.output) io.stdout.write(bytes)
  } finally {
    clearInterval(pings)
    over.abort()
    stopReading()
    stopResizing()
    context.signal.removeEventListener('abort', onAbort)
    pty.close()
  }
  const { code, reason } = await pty.closed
  // 1000 and 1001 are regular ends; 1005 is a close without a code.
  if ([1000, 1001, 1005].includes(code)) return EXIT.ok
  if (context.signal.aborted) return EXIT.interrupted
  throw new CliError(`The terminal was closed: ${reason || `WebSocket code ${code}`}.`)
}

async function typeEnds({ io }: CommandContext, pty: PtyStream, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    pty.write(CTRL_D)
    await io.sleep(END_AGAIN_MS, signal).catch(() => undefined)
  }
}
