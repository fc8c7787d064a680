import type { Connection } from './connection.ts'
import { ConnectionLostError } from './errors.ts'
import { type ExecuteRequest, type ExecutionResult, isFinal } from './execution-result.ts'
import { of, type SessionRef } from './sessions.ts'
import type { ClientSocket } from './transport.ts'

/** A run over a socket: results as they come, until the final one. */
export interface ExecuteStream extends AsyncIterable<ExecutionResult> {
  /** The line that `waiting-input` asked for. */
  input(line: string): void
  /** Leaving before the end interrupts the code. */
  close(): void
}

/** @throws ConnectionLostError while reading when the socket closes before the final result. */
export async function openExecuteStream(
  connection: Connection,
  session: string,
  request: ExecuteRequest,
  ref?: SessionRef,
): Promise<ExecuteStream> {
  const socket = await connection.openSocket({
    method: 'GET',
    path: ['stream', 'session', session, 'execute'],
    ...of(ref),
  })
  socket.send(
    JSON.stringify({ code: request.code ?? '', mode: request.mode, options: request.options ?? {} }),
  )
  return {
    [Symbol.asyncIterator]: () => results(socket),
    input: (line) => socket.send(line),
    close: () => socket.close(),
  }
}

async function* results(socket: ClientSocket): AsyncGenerator<ExecutionResult> {
  for await (const message of socket.messages) {
    if (typeof message !== 'string') continue
    const raw = JSON.parse(message) as Partial<ExecutionResult> & Pick<ExecutionResult, 'status'>
    const result = { exitCode: null, options: null, files: null, ...raw, console: raw.console ?? [] }
    yield result
    if (!isFinal(result)) continue
    socket.close()
    return
  }
  const { code, reason } = await socket.closed
  throw new ConnectionLostError(
    `the connection closed while the code ran (${reason || `WebSocket code ${code}`})`,
  )
}
