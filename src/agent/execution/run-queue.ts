import { Problem } from '../../core/problem.ts'
import type { ExecutionResult } from '../../wire/agent-rpc.ts'
import type { RunnerCommand, RunnerMessage } from '../../wire/runner-protocol.ts'
import { ConsoleInbox, type Gathered } from './console-inbox.ts'
import type { ExecuteRequest } from './kernel-link-types.ts'

export interface RunQueueOptions {
  /** Hands a command to the runner, now or as soon as it is connected; never twice. */
  send(command: RunnerCommand): void
  /** Tells the runner what has been handed out. */
  ack(runId: string, seq: number, chars: number): void
  /** Runs that the runner knows: for a run that another life of this agent started. */
  knownRuns(signal: AbortSignal): Promise<string[]>
}

/** Finished runs whose last answer is kept for a caller that did not get it. */
const REMEMBERED_RESULTS = 64

interface Run {
  readonly runId: string
  readonly inbox: ConsoleInbox
  /** Set while a call waits for output. */
  wake: (() => void) | null
  started: boolean
  /** The newest call wins: an older one that still waits was given up by its caller. */
  call: number
}

/**
 * The runs of one kernel as the API sees them: each call gathers what a run has to tell until there is an end, a full
 * answer, or no more time. Order between runs is kept by the runner's own queue.
 */
export class RunQueue {
  readonly #options: RunQueueOptions
  readonly #runs = new Map<string, Run>()
  readonly #finished = new Map<string, ExecutionResult>()
  #closed = false

  constructor(options: RunQueueOptions) {
    this.#options = options
  }

  /** A message of the runner; also of a run that nobody asked for since this agent started. */
  push(runId: string, seq: number, message: RunnerMessage): void {
    // Its finish was told, only the acknowledgement was lost.
    if (this.#finished.has(runId)) {
      this.#options.ack(runId, seq, 0)
      return
    }
    const run = this.#runs.get(runId) ?? this.#open(runId)
    run.started = true
    if (run.inbox.push(seq, message)) run.wake?.()
  }

  async execute(request: ExecuteRequest, signal?: AbortSignal): Promise<ExecutionResult> {
    const { runId, mode, maxChars } = request
    const told = this.#finished.get(runId)
    if (told) return told
    const run = this.#runs.get(runId) ?? (await this.#adopt(request, signal))
    this.#start(run, request)
    run.call += 1
    const call = run.call
    run.wake?.()
    if (mode === 'input' && run.call === call)
      this.#options.send({ type: 'input', payload: request.code, runId })
    if (!run.inbox.isReady(maxChars)) await this.#wait(run, call, request, signal)
    if (this.#closed) return closedResult(runId)
    return this.#answer(run, run.inbox.gather(maxChars))
  }

  /** The kernel is gone: every waiting call ends as the API says it does (client-wire.md §3.2). */
  close(): void {
    this.#closed = true
    for (const run of this.#runs.values()) run.wake?.()
  }

  async #adopt({ runId, mode }: ExecuteRequest, signal?: AbortSignal): Promise<Run> {
    if (mode === 'query' || mode === 'batch') return this.#open(runId)
    const known = await this.#options.knownRuns(signal ?? AbortSignal.timeout(10_000))
    // Its messages may have come in while we asked.
    const run = this.#runs.get(runId)
    if (run) return run
    if (!known.includes(runId)) {
      throw new Problem('object-not-found', {
        title: 'No such run.',
        msg: `The kernel has no run ${runId}; it may have finished long ago.`,
      })
    }
    const adopted = this.#open(runId)
    adopted.started = true
    return adopted
  }

  #open(runId: string): Run {
    const run: Run = { runId, inbox: new ConsoleInbox(), wake: null, started: false, call: 0 }
    this.#runs.set(runId, run)
    return run
  }

  /** The first call of a run starts it; the same call again only waits for its output. */
  #start(run: Run, { mode, code, options, runId }: ExecuteRequest): void {
    if (run.started || (mode !== 'query' && mode !== 'batch')) return
    run.started = true
    if (mode === 'query') {
      this.#options.send({ type: 'code', payload: code, runId })
      return
    }
    this.#options.send({ type: 'clean', payload: options?.clean ?? '', runId })
    this.#options.send({ type: 'build', payload: options?.build ?? '', runId })
    this.#options.send({ type: 'exec', payload: options?.exec ?? '', runId })
  }

  async #wait(run: Run, call: number, request: ExecuteRequest, signal?: AbortSignal): Promise<void> {
    const { promise: timeUp, resolve: giveUp } = Promise.withResolvers<void>()
    const timer = setTimeout(giveUp, request.flushTimeoutMs)
    signal?.addEventListener('abort', () => giveUp(), { once: true })
    let waiting = true
    void timeUp.then(() => {
      waiting = false
      run.wake?.()
    })
    while (waiting && !this.#closed && run.call === call && !run.inbox.isReady(request.maxChars)) {
      await new Promise<void>((resolve) => {
        run.wake = resolve
      })
    }
    clearTimeout(timer)
    if (run.call === call) run.wake = null
    if (run.call !== call) {
      throw new Problem('conflict', { msg: `Another call took over the run ${run.runId}.` })
    }
    signal?.throwIfAborted()
  }

  #answer(run: Run, { console, end, takenSeq, takenChars }: Gathered): ExecutionResult {
    this.#options.ack(run.runId, takenSeq, takenChars)
    const result: ExecutionResult = {
      runId: run.runId,
      status: end?.type ?? 'continued',
      exitCode: end && end.type !== 'waiting-input' ? end.data.exitCode : null,
      options: end?.type === 'waiting-input' ? { is_password: end.data.is_password } : null,
      console,
      files: end?.type === 'finished' ? (end.data.files ?? []) : [],
    }
    if (end?.type === 'finished') {
      this.#runs.delete(run.runId)
      this.#finished.set(run.runId, result)
      const [oldest] = this.#finished.keys()
      if (this.#finished.size > REMEMBERED_RESULTS && oldest !== undefined) this.#finished.delete(oldest)
    }
    return result
  }
}

function closedResult(runId: string): ExecutionResult {
  return { runId, status: 'finished', exitCode: 130, options: null, console: [], files: [] }
}
