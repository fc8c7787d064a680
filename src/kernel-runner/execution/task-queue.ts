import type { Logger } from '../../lib/logger.ts'
import type { RunnerCommand } from '../../wire/runner-protocol.ts'
import type { OutputFolder, OutputMark } from '../files/output-folder.ts'
import type { Runtime } from '../runtimes/runtime.ts'
import { note } from '../runtimes/shell.ts'
import type { Outbox } from './outbox.ts'
import { RunRecorder } from './run-recorder.ts'

interface StepCommand {
  type: 'clean' | 'build' | 'exec' | 'code'
  payload: string
  runId: string
}

export interface TaskQueueOptions {
  runtime: Runtime
  outbox: Outbox
  output: OutputFolder
  copyOutput(bytes: Uint8Array): void
  /** Code waits for its end; an interrupt reaches it. */
  setup: { readonly done: Promise<void>; interrupt(): void }
  log: Logger
}

/** Runs remembered so that a command which arrives again is not run again. */
const REMEMBERED_RUNS = 1024

/** Every piece of code passes through here, one after the other in the order of arrival. */
export class TaskQueue {
  readonly #options: TaskQueueOptions
  readonly #tasks: StepCommand[] = []
  readonly #seen = new Map<string, Set<string>>()
  /** Output of background processes between runs, told at the beginning of the next; the newest 64 KiB. */
  #leftover: { stream: 'stdout' | 'stderr'; bytes: Uint8Array }[] = []
  #leftoverBytes = 0
  #current: RunRecorder | null = null
  #buildFailed: string | null = null
  /** Of the run whose steps are under way. */
  #outputBefore: { runId: string; mark: OutputMark } | null = null
  #working = false

  constructor(options: TaskQueueOptions) {
    this.#options = options
  }

  get running(): string | null {
    return this.#current?.runId ?? null
  }

  /** Run ids that run, wait, or have untold output. */
  known(): string[] {
    const waiting = this.#tasks.map((task) => task.runId)
    const running = this.#current ? [this.#current.runId] : []
    return [...new Set([...running, ...waiting, ...this.#options.outbox.runIds()])]
  }

  take(command: RunnerCommand): void {
    if (command.type === 'interrupt') {
      this.#options.setup.interrupt()
      this.#options.runtime.interrupt()
    } else if (command.type === 'event')
      this.#options.log.warn({ event: command.payload }, 'event from the agent')
    else if (command.type === 'input') this.#input(command.runId, command.payload)
    else this.#add({ type: command.type, payload: command.payload, runId: command.runId })
  }

  idleOutput(stream: 'stdout' | 'stderr', bytes: Uint8Array): void {
    this.#options.copyOutput(bytes)
    if (this.#current) {
      // As on a terminal: what runs in the background prints between the lines of what runs in front.
      void this.#current.tell(stream, bytes)
      return
    }
    const copy = Uint8Array.from(bytes)
    this.#leftover.push({ stream, bytes: copy })
    this.#leftoverBytes += copy.length
    while (this.#leftoverBytes > 65536 && this.#leftover.length > 1) {
      this.#leftoverBytes -= this.#leftover.shift()?.bytes.length ?? 0
    }
  }

  #input(runId: string, text: string): void {
    if (this.#current?.runId !== runId) return
    if (!this.#current.answer(text)) this.#options.runtime.input(text)
  }

  #add(task: StepCommand): void {
    const steps = this.#seen.get(task.runId) ?? new Set()
    if (steps.has(task.type)) return
    steps.add(task.type)
    this.#seen.delete(task.runId)
    this.#seen.set(task.runId, steps)
    const [oldest] = this.#seen.keys()
    if (this.#seen.size > REMEMBERED_RUNS && oldest !== undefined) this.#seen.delete(oldest)
    this.#tasks.push(task)
    if (!this.#working) void this.#work()
  }

  async #work(): Promise<void> {
    this.#working = true
    await this.#options.setup.done
    for (let task = this.#tasks.shift(); task; task = this.#tasks.shift()) await this.#run(task)
    this.#working = false
  }

  async #run(task: StepCommand): Promise<void> {
    const { outbox, output, copyOutput, log } = this.#options
    const recorder = new RunRecorder(task.runId, outbox, copyOutput)
    this.#current = recorder
    if (this.#outputBefore?.runId !== task.runId) {
      this.#outputBefore = { runId: task.runId, mark: await output.mark() }
    }
    const { mark } = this.#outputBefore
    for (const { stream, bytes } of this.#takeLeftover()) await recorder.tell(stream, bytes)
    let exitCode: number
    try {
      exitCode = await this.#step(task, recorder)
    } catch (error) {
      log.error({ error: String(error), step: task.type }, 'a step could not be run')
      await recorder.write('stderr', note(error instanceof Error ? error.message : String(error)))
      exitCode = 127
    }
    const finished = FINISHED[task.type]
    const files = finished === 'finished' ? await output.changedSince(mark) : []
    this.#current = null
    recorder.finish(finished, exitCode, files)
  }

  async #step(task: StepCommand, recorder: RunRecorder): Promise<number> {
    const { runtime } = this.#options
    if (task.type === 'code') return runtime.query(task.payload, recorder)
    // A failed build leaves nothing worth running (003, "Execution Result Object": 127).
    if (task.type === 'exec' && this.#buildFailed === task.runId) return 127
    const exitCode = task.payload === '' ? 0 : await runtime.step(task.type, task.payload, recorder)
    if (task.type === 'build') this.#buildFailed = exitCode === 0 ? null : task.runId
    return exitCode
  }

  #takeLeftover(): { stream: 'stdout' | 'stderr'; bytes: Uint8Array }[] {
    const leftover = this.#leftover
    this.#leftover = []
    this.#leftoverBytes = 0
    return leftover
  }
}

const FINISHED = {
  clean: 'clean-finished',
  build: 'build-finished',
  exec: 'finished',
  code: 'finished',
} as const
