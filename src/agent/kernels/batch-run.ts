import type { ExecutionResult } from '../../wire/agent-rpc.ts'
import type { AgentContext } from '../agent-context.ts'
import { describeError } from '../agent-error.ts'
import type { Kernel } from './kernel.ts'

const RUN_ID = 'batch-job'
const FLUSH_MS = 1_000
/** Its output is in the container's log; the answers only carry the end. */
const MAX_CHARS = 524_288

type Ending = { exitCode: number; reason: 'task-done' | 'task-failed' | 'task-timeout' | 'task-cancelled' }

/** Runs the startup command of a batch session and reports how it ended (agent-kernel.md §7); resumes after a restart. */
export async function runBatch(ctx: AgentContext, kernel: Kernel): Promise<void> {
  const { record } = kernel
  const { kernelId, sessionId } = record
  try {
    const ending = await follow(ctx, kernel)
    if (ctx.closing.aborted) return
    await ctx.journal.report({ type: 'batch_finished', kernelId, sessionId, ...ending })
    record.batch = 'finished'
    await ctx.records.save(record)
  } catch (error) {
    // The kernel's own end is reported by whoever ends it.
    ctx.log.warn({ error: describeError(error), kernelId, sessionId }, 'batch run was cut off')
  }
}

async function follow(ctx: AgentContext, kernel: Kernel): Promise<Ending> {
  const { record, link, ending } = kernel
  if (!link) throw new Error('the runner link is closed')
  const command = record.config.startupCommand ?? ''
  const resumed = record.batch === 'started'
  record.batch = 'started'
  record.batchStartedAt ??= ctx.clock.now()
  await ctx.records.save(record)
  const limitMs = record.config.timeoutSeconds === null ? null : record.config.timeoutSeconds * 1_000
  const signal = AbortSignal.any([ending.signal, ctx.closing])
  let mode: 'batch' | 'continue' = resumed ? 'continue' : 'batch'
  while (true) {
    const result = await link.execute(
      {
        runId: RUN_ID,
        mode,
        code: '',
        options: mode === 'batch' ? { exec: command } : null,
        flushTimeoutMs: FLUSH_MS,
        maxChars: MAX_CHARS,
      },
      signal,
    )
    if (ending.signal.aborted) return { exitCode: -2, reason: 'task-cancelled' }
    const done = endingOf(result)
    if (done) return done
    if (limitMs !== null && ctx.clock.now() - record.batchStartedAt >= limitMs) {
      await link.interrupt()
      return { exitCode: -2, reason: 'task-timeout' }
    }
    mode = 'continue'
  }
}

function endingOf({ status, exitCode }: ExecutionResult): Ending | null {
  if (status === 'exec-timeout') return { exitCode: -2, reason: 'task-timeout' }
  if (status !== 'finished') return null
  const code = exitCode ?? 0
  return { exitCode: code, reason: code === 0 ? 'task-done' : 'task-failed' }
}
