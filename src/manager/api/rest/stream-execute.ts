import * as v from 'valibot'
import { streamExecuteParams } from '../../../api/session.ts'
import type { ServerSocket } from '../../../lib/http/server-socket.ts'
import type { ExecuteMode, ExecutionResult } from '../../../wire/agent-rpc.ts'
import type { SessionServices } from '../../services/index.ts'
import {
  type ExecuteInput,
  executeOn,
  interruptOn,
  newRunId,
  STREAM_FLUSH_MS,
} from '../../services/sessions/execute.ts'
import { outputAddresses } from '../../services/sessions/output-links.ts'
import { type RunningSession, resolveRunning } from '../../services/sessions/resolve.ts'
import { publicOrigin } from '../public-origin.ts'
import { defineSocket, type SocketRoute } from '../route.ts'
import { sessionRef } from './session-ref.ts'

/** One run over a WebSocket: the socket is the run (client-wire.md §3.3). */
export function streamExecuteRoute(services: SessionServices, path: string): SocketRoute {
  return defineSocket({
    path,
    summary: 'Run code over a WebSocket',
    auth: 'user',
    open: async (context) => {
      const target = await resolveRunning(services.ports.store, context.requester, sessionRef(context))
      const origin = publicOrigin(context)
      return (socket) => run(services, target, socket, origin)
    },
  })
}

async function run(
  services: SessionServices,
  target: RunningSession,
  socket: ServerSocket,
  origin: string,
): Promise<void> {
  const texts = textFrames(socket)
  const first = await texts.next()
  if (first.done) return
  const request = parseRequest(first.value)
  if (typeof request === 'string') {
    await socket.send(JSON.stringify({ status: 'error', msg: request }))
    return
  }
  const runId = newRunId(services)
  let next: ExecuteInput = { ...request, runId }
  let isOver = false
  const hangUp = () => {
    if (isOver) return
    // Nobody reads the rest: whatever the code does is stopped.
    interruptOn(services, target).catch((error) => {
      services.ports.log.warn({ err: error, sessionId: target.session.id }, 'run not interrupted')
    })
  }
  socket.signal.addEventListener('abort', hangUp, { once: true })
  while (!socket.signal.aborted) {
    const result = await executeOn(services, target, { ...next, runId }, STREAM_FLUSH_MS)
    isOver = result.status === 'finished' || result.status === 'exec-timeout'
    const files = await outputAddresses(services.ports, target.session.id, result.files, origin)
    await socket.send(JSON.stringify({ ...frameOf(result), files }))
    if (isOver) return
    const input = result.status === 'waiting-input' ? await texts.next() : null
    if (input?.done) return
    next = input ? continuation('input', input.value, runId) : continuation('continue', '', runId)
  }
}

const continuation = (mode: ExecuteMode, code: string, runId: string): ExecuteInput => ({
  mode,
  code,
  runId,
  options: null,
})

const frameOf = ({ status, console, exitCode, options }: ExecutionResult) => ({
  status,
  console,
  exitCode,
  options: status === 'waiting-input' ? (options ?? {}) : options,
})

function parseRequest(text: string): v.InferOutput<typeof streamExecuteParams> | string {
  try {
    const parsed = v.safeParse(streamExecuteParams, JSON.parse(text))
    return parsed.success ? parsed.output : (v.flatten(parsed.issues).root?.[0] ?? parsed.issues[0].message)
  } catch {
    return 'The first frame must be JSON.'
  }
}

/** Frames that are not text are ignored. */
async function* textFrames(socket: ServerSocket): AsyncGenerator<string> {
  for await (const message of socket.messages) if (typeof message === 'string') yield message
}
