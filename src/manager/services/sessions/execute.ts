import { AgentCallError } from '../../../wire/agent-link.ts'
import type { BatchOptions, ExecuteMode, ExecutionResult } from '../../../wire/agent-rpc.ts'
import type { Requester } from '../../context.ts'
import { markTerminating } from '../terminating.ts'
import { agentProblem, callAgent } from './call-agent.ts'
import type { SessionContext } from './context.ts'
import { type RunningSession, resolveRunning, type SessionRef } from './resolve.ts'

export interface ExecuteInput {
  mode: ExecuteMode
  code: string
  /** Null on the first call: one is assigned. */
  runId: string | null
  options: BatchOptions | null
}

/** How long output is collected before a REST answer is `continued`. */
export const REST_FLUSH_MS = 2000
/** The same on the WebSocket. */
export const STREAM_FLUSH_MS = 200
/** Characters per stream and answer; the rest comes with the next call. */
const MAX_CHARS = 524_288
/** On top of the flush time, for a slow agent. */
const CALL_MARGIN_MS = 30_000

export async function execute(
  context: SessionContext,
  requester: Requester,
  ref: SessionRef,
  input: ExecuteInput,
): Promise<{ result: ExecutionResult; sessionId: string }> {
  const target = await resolveRunning(context.ports.store, requester, ref)
  const call = { ...input, runId: input.runId ?? newRunId(context) }
  return { result: await executeOn(context, target, call, REST_FLUSH_MS), sessionId: target.session.id }
}

export const newRunId = ({ newId }: SessionContext): string => newId().replaceAll('-', '').slice(0, 16)

/** One call of a run on a session that was resolved already. */
export async function executeOn(
  context: SessionContext,
  target: RunningSession,
  input: ExecuteInput & { runId: string },
  flushTimeoutMs: number,
  signal?: AbortSignal,
): Promise<ExecutionResult> {
  const { runId, mode } = input
  const { session, kernel } = target
  if (mode === 'query' || mode === 'batch') {
    context.counters.countQuery({ id: session.id, mainKernelId: kernel.id })
  }
  try {
    const result = await context.ports.agents.call(
      target.agentId,
      'execute',
      { kernelId: kernel.id, ...input, flushTimeoutMs, maxChars: MAX_CHARS },
      { timeoutMs: flushTimeoutMs + CALL_MARGIN_MS, ...(signal ? { signal } : {}) },
    )
    if (result.status === 'exec-timeout') await endForTimeout(context, session.id)
    return result
  } catch (error) {
    if (error instanceof AgentCallError && GONE.includes(error.kind)) return vanished(runId)
    throw agentProblem(error, 'kernel-execution-failed')
  }
}

const GONE = ['KernelNotFound', 'KernelDestroyed']

/** What a run whose kernel is gone ends with. */
const vanished = (runId: string): ExecutionResult => ({
  runId,
  status: 'finished',
  exitCode: 130,
  options: {},
  console: [],
  files: [],
})

async function endForTimeout({ ports, signals }: SessionContext, sessionId: string): Promise<void> {
  const { store, clock } = ports
  await store.tx((tx) =>
    markTerminating(tx, store, [sessionId], { at: new Date(clock.now()), reason: 'exec-timeout' }),
  )
  signals.raise('terminate')
}

export async function interrupt(
  { ports }: SessionContext,
  requester: Requester,
  ref: SessionRef,
): Promise<void> {
  const target = await resolveRunning(ports.store, requester, ref)
  await interruptOn({ ports }, target)
}

export async function interruptOn(
  { ports }: Pick<SessionContext, 'ports'>,
  target: RunningSession,
): Promise<void> {
  await callAgent(ports, target, 'interrupt', { kernelId: target.kernel.id }, 'kernel-execution-failed')
}

/** Completions of a snippet, as the runtime gives them. */
export async function complete(
  { ports }: SessionContext,
  requester: Requester,
  ref: SessionRef,
  input: { code: string; options: Record<string, unknown> },
): Promise<unknown[]> {
  const target = await resolveRunning(ports.store, requester, ref)
  const args = { kernelId: target.kernel.id, ...input }
  const { completions } = await callAgent(ports, target, 'complete', args, 'kernel-execution-failed')
  return completions
}
