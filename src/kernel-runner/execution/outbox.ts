import type { RunnerFrame, RunnerMessage } from '../../wire/runner-protocol.ts'

/** Characters of output that one run may have waiting for the agent before its process is held up. */
const WINDOW = 4 * 1024 * 1024
/** Characters kept for runs that nobody fetches any more. */
const RETAINED = 32 * 1024 * 1024

type MessageFrame = Extract<RunnerFrame, { kind: 'message' }>

interface Run {
  nextSeq: number
  waiting: { frame: MessageFrame; size: number; told: number }[]
  size: number
  finished: boolean
  roomWaiters: (() => void)[]
}

/**
 * Output on its way to the agent. Messages stay here until the agent has handed them out, so neither a lost link nor
 * an agent that starts anew loses any; a full window holds up whoever reads the process's pipes.
 */
export class Outbox {
  readonly #runs = new Map<string, Run>()
  readonly #send: (frame: RunnerFrame) => void
  #total = 0

  /** @param send puts the frame on the link; may drop it while there is none */
  constructor(send: (frame: RunnerFrame) => void) {
    this.#send = send
  }

  push(runId: string, message: RunnerMessage): void {
    const run = this.#runs.get(runId) ?? this.#open(runId)
    const frame: MessageFrame = { kind: 'message', runId, seq: run.nextSeq, message }
    const size = sizeOf(message)
    run.nextSeq += 1
    run.waiting.push({ frame, size, told: 0 })
    run.size += size
    this.#total += size
    if (message.type === 'finished') run.finished = true
    this.#send(frame)
    this.#forgetOld(runId)
  }

  /** Resolves when the run may produce more. */
  async room(runId: string): Promise<void> {
    const run = this.#runs.get(runId)
    while (run && run.size >= WINDOW) {
      await new Promise<void>((resolve) => run.roomWaiters.push(resolve))
    }
  }

  /** @param chars characters of the message after `seq` that have been told too */
  ack(runId: string, seq: number, chars: number): void {
    const run = this.#runs.get(runId)
    if (!run) return
    while (run.waiting[0] && run.waiting[0].frame.seq <= seq) this.#drop(run)
    const [next] = run.waiting
    if (next && next.frame.seq === seq + 1) next.told = chars
    if (run.size < WINDOW) wake(run)
    if (run.finished && run.waiting.length === 0) this.#runs.delete(runId)
  }

  /**
   * Everything not acknowledged, for a new connection. An agent that starts anew has not seen the beginning of a
   * message that its predecessor told in part, and shall not tell it again.
   */
  replay(toNewAgent: boolean): void {
    for (const run of this.#runs.values()) {
      for (const entry of run.waiting) {
        if (toNewAgent && entry.told > 0) entry.frame = withoutBeginning(entry.frame, entry.told)
        if (toNewAgent) entry.told = 0
        this.#send(entry.frame)
      }
    }
  }

  /** Runs that still have something to tell. */
  runIds(): string[] {
    return [...this.#runs].filter(([, run]) => run.waiting.length > 0).map(([runId]) => runId)
  }

  #open(runId: string): Run {
    const run: Run = { nextSeq: 1, waiting: [], size: 0, finished: false, roomWaiters: [] }
    this.#runs.set(runId, run)
    return run
  }

  #drop(run: Run): void {
    const gone = run.waiting.shift()
    if (!gone) return
    run.size -= gone.size
    this.#total -= gone.size
  }

  #forgetOld(current: string): void {
    if (this.#total <= RETAINED) return
    for (const [runId, run] of this.#runs) {
      if (runId === current || !run.finished) continue
      this.#total -= run.size
      this.#runs.delete(runId)
      if (this.#total <= RETAINED) return
    }
  }
}

function wake(run: Run): void {
  const waiters = run.roomWaiters
  run.roomWaiters = []
  for (const resume of waiters) resume()
}

function withoutBeginning(frame: MessageFrame, chars: number): MessageFrame {
  const { message } = frame
  if (message.type !== 'stdout' && message.type !== 'stderr') return frame
  return { ...frame, message: { type: message.type, data: message.data.slice(chars) } }
}

function sizeOf(message: RunnerMessage): number {
  if (message.type === 'media') return message.data.data.length
  return typeof message.data === 'string' ? message.data.length : 16
}
