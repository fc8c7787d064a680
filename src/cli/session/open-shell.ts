import type { CommandContext } from '../command-context.ts'
import { CliError, EXIT } from '../exit-code.ts'

const PING_MS = 60_000

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
  const stopReading = io.stdin.readRaw(
    (bytes) => pty.write(bytes),
    // Piped commands have ended: so does the shell, as if Ctrl-D were typed.
    () => pty.write(Uint8Array.of(4)),
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
