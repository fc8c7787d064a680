import { fromBase64, toBase64 } from './base64.ts'
import type { Connection } from './connection.ts'
import { ConnectionLostError } from './errors.ts'
import { of, type SessionRef } from './sessions.ts'
import type { ClientSocket } from './transport.ts'

/** A terminal inside a session. */
export interface PtyStream {
  /** What the terminal prints, until it closes; may be read once. */
  readonly output: AsyncIterable<Uint8Array>
  write(input: Uint8Array): void
  resize(rows: number, cols: number): void
  /** Keeps the session from counting as idle. */
  ping(): void
  /** Starts the shell anew. */
  restart(): void
  close(): void
  readonly closed: Promise<{ code: number; reason: string }>
}

export async function openPty(
  connection: Connection,
  session: string,
  size: { rows: number; cols: number },
  ref?: SessionRef,
): Promise<PtyStream> {
  const socket = await connection.openSocket({
    method: 'GET',
    path: ['stream', 'session', session, 'pty'],
    ...of(ref),
  })
  const send = (message: object): void => socket.send(JSON.stringify(message))
  const resize = (rows: number, cols: number): void => send({ type: 'resize', rows, cols })
  resize(size.rows, size.cols)
  return {
    output: outputOf(socket),
    write: (input) => send({ type: 'stdin', chars: toBase64(input) }),
    resize,
    ping: () => send({ type: 'ping' }),
    restart: () => send({ type: 'restart' }),
    close: () => socket.close(),
    closed: socket.closed,
  }
}

type PtyMessage = { type: 'out'; data: string } | { type: 'error'; data?: string; msg?: string }

async function* outputOf(socket: ClientSocket): AsyncGenerator<Uint8Array> {
  for await (const raw of socket.messages) {
    if (typeof raw !== 'string') continue
    const message = JSON.parse(raw) as PtyMessage
    if (message.type === 'out') yield fromBase64(message.data)
    if (message.type === 'error')
      throw new ConnectionLostError(message.data ?? message.msg ?? 'The terminal failed.')
  }
}
