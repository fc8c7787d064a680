import type { ClientCrypto } from './client-crypto.ts'
import type { Connection } from './connection.ts'
import { type ExecuteRequest, type ExecutionResult, isFinal } from './execution-result.ts'
import { of, type SessionRef } from './sessions.ts'

interface ExecuteCall {
  mode: 'query' | 'batch' | 'continue' | 'input'
  code: string
  runId: string | null
  options?: ExecuteRequest['options']
}

export interface Completion {
  status?: string
  completions: unknown[]
}

/** Running code by requests that wait; see session-streams.ts for the socket. */
export interface SessionExecution {
  /** One request: the result so far, at most about two seconds of it. */
  execute(session: string, call: ExecuteCall, ref?: SessionRef): Promise<ExecutionResult>
  /** All results of a run; `answer` gives the line that `waiting-input` asks for. */
  run(
    session: string,
    request: ExecuteRequest,
    answer: (isPassword: boolean) => Promise<string>,
    ref?: SessionRef,
  ): AsyncGenerator<ExecutionResult>
  complete(
    session: string,
    code: string,
    position: { row?: number; col?: number; line?: string; post?: string },
    ref?: SessionRef,
  ): Promise<Completion>
  /** Like Ctrl-C in the running code. */
  interrupt(session: string, ref?: SessionRef): Promise<void>
}

export function createSessionExecution(connection: Connection, crypto: ClientCrypto): SessionExecution {
  const execute: SessionExecution['execute'] = async (session, call, ref) => {
    const body = await connection.json<{ result: ExecutionResult }>({
      method: 'POST',
      path: ['session', session],
      json: { mode: call.mode, code: call.code, runId: call.runId, options: call.options ?? {} },
      ...of(ref),
    })
    return body.result
  }

  return {
    execute,
    async *run(session, request, answer, ref) {
      let call: ExecuteCall = { ...request, code: request.code ?? '', runId: crypto.randomHex(16) }
      while (true) {
        const result = await execute(session, call, ref)
        yield result
        if (isFinal(result)) return
        const runId = result.runId ?? call.runId
        const isWaiting = result.status === 'waiting-input'
        call = isWaiting
          ? { mode: 'input', code: await answer(result.options?.is_password === true), runId }
          : { mode: 'continue', code: '', runId }
      }
    },
    async complete(session, code, position, ref) {
      const body = await connection.json<{ result: Completion | unknown[] }>({
        method: 'POST',
        path: ['session', session, 'complete'],
        json: { code, options: { row: 0, col: 0, line: code, post: '', ...position } },
        ...of(ref),
      })
      return Array.isArray(body.result) ? { completions: body.result } : body.result
    },
    async interrupt(session, ref) {
      await connection.send({ method: 'POST', path: ['session', session, 'interrupt'], ...of(ref) })
    },
  }
}
