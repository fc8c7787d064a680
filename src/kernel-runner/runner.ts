import { Problem } from '../core/problem.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { RunnerFrame, RunnerMethods } from '../wire/runner-protocol.ts'
import type { AgentDialer } from './agent-dialer.ts'
import { childEnvironment, findShell } from './child-environment.ts'
import { ContainerLog, taskLogPath } from './execution/container-log.ts'
import { findMemoryLimit } from './execution/memory-limit.ts'
import { Outbox } from './execution/outbox.ts'
import { TaskQueue } from './execution/task-queue.ts'
import { OutputFolder } from './files/output-folder.ts'
import type { WorkFolder } from './files/work-folder.ts'
import { HomeSetup } from './home/home-setup.ts'
import type { Processes } from './processes.ts'
import { findPython } from './runtimes/python.ts'
import type { Runtime } from './runtimes/runtime.ts'
import { selectRuntime } from './runtimes/select-runtime.ts'
import { findProgram, type Workplace } from './runtimes/shell.ts'
import type { Services } from './services/services.ts'
import type { RunnerSettings } from './settings.ts'
import { StreamHub } from './streams/stream-hub.ts'

export interface RunnerOptions {
  settings: RunnerSettings
  processes: Processes
  /** Has said hello, or tries to. */
  dialer: AgentDialer
  log: Logger
  clock: Clock
}

/** The kernel runner: joins the link, the queue of tasks, the streams and the calls of the agent. */
export class Runner {
  readonly #log: Logger
  readonly #startedAt: number
  readonly #runtime: Runtime
  readonly #dialer: AgentDialer
  readonly #outbox: Outbox
  readonly #queue: TaskQueue
  readonly #streams: StreamHub
  readonly #methods: RunnerMethods
  readonly #containerLog: ContainerLog
  readonly #setup: HomeSetup
  readonly #setupDone: Promise<void>
  #epoch = ''
  #lastCommand = 0

  constructor({ settings, processes, dialer, log, clock }: RunnerOptions) {
    this.#log = log
    this.#dialer = dialer
    this.#startedAt = clock.now()
    this.#containerLog = new ContainerLog(taskLogPath(settings.workDir, settings.kernelId))
    const shell = findShell()
    const { imageEnviron: image, environPath, workDir } = settings
    const environ = childEnvironment({ image, environPath, workDir, shell })
    const idleOutput: Workplace['idleOutput'] = (stream, bytes) => this.#queue.idleOutput(stream, bytes)
    const host = { processes, shell, workDir, environ }
    const memoryLimit = onFirstUse(findMemoryLimit)
    const workplace = {
      ...host,
      runtimePath: settings.runtimePath,
      self: settings.self,
      idleOutput,
      memoryLimit,
    }
    const copyOutput = (bytes: Uint8Array) => this.#containerLog.copy(bytes)
    const python = settings.runtime === 'python' ? findPython(workplace) : null
    this.#setup = new HomeSetup({ workplace, python, copyOutput, log })
    this.#runtime = selectRuntime(settings.runtime, workplace)
    const send = (frame: RunnerFrame) => {
      this.#dialer.send(frame)
    }
    this.#outbox = new Outbox(send)
    const output = new OutputFolder(workDir)
    this.#setupDone = this.#setup.run()
    this.#queue = new TaskQueue({
      runtime: this.#runtime,
      outbox: this.#outbox,
      output,
      copyOutput,
      setup: { done: this.#setupDone, interrupt: () => this.#setup.interrupt() },
      log,
    })
    this.#streams = new StreamHub(send, host, log)
    // Loaded when first asked for: a session waits for this process to start, and most never need them.
    const services = onFirstUse(async () => {
      const { Services } = await import('./services/services.ts')
      return new Services({
        ...host,
        log,
        clock,
        folder: settings.serviceDefinitionsDir,
        runtimePath: settings.runtimePath ?? findProgram(['python3', 'python'], environ) ?? '',
        output: (_stream, bytes) => this.#containerLog.copy(bytes),
      })
    })
    const folder = onFirstUse(async () => {
      const { WorkFolder } = await import('./files/work-folder.ts')
      return new WorkFolder(workDir, processes.owner)
    })
    this.#methods = this.#makeMethods(folder, output, services)
    dialer.serve({
      welcomed: (epoch) => this.#welcomed(epoch),
      frame: (frame) => this.#take(frame),
      lost: () => this.#streams.linkLost(),
    })
  }

  /** Serves as long as the dialer runs. */
  async run(dialing: Promise<void>): Promise<void> {
    // An interpreter looks for its packages when it starts: not before bootstrap.sh has installed them.
    if (this.#setup.hasScript) void this.#setupDone.then(() => this.#prepare())
    else this.#prepare()
    await dialing
    this.#containerLog.close()
  }

  #prepare(): void {
    this.#runtime
      .prepare()
      .catch((error: unknown) => this.#log.warn({ error: String(error) }, 'the runtime does not start'))
  }

  #welcomed(epoch: string): void {
    const isNew = epoch !== this.#epoch
    if (isNew) this.#lastCommand = 0
    this.#epoch = epoch
    this.#outbox.replay(isNew)
  }

  #take(frame: RunnerFrame): void {
    if (frame.kind === 'command') {
      this.#dialer.send({ kind: 'accepted', seq: frame.seq })
      // Sent again because the answer was lost with the connection.
      if (frame.seq <= this.#lastCommand) return
      this.#lastCommand = frame.seq
      this.#queue.take(frame.command)
    } else if (frame.kind === 'ack') this.#outbox.ack(frame.runId, frame.seq, frame.chars)
    else if (frame.kind === 'call') void this.#call(frame)
    else if (!this.#streams.take(frame))
      this.#log.warn({ kind: frame.kind }, 'a frame that means nothing here')
  }

  async #call({ id, method, args }: Extract<RunnerFrame, { kind: 'call' }>): Promise<void> {
    try {
      if (!Object.hasOwn(this.#methods, method)) throw new Problem('not-implemented', { msg: method })
      const serve = this.#methods[method] as (args: unknown) => Promise<unknown>
      this.#dialer.send({ kind: 'result', id, ok: true, value: await serve(args) })
    } catch (error) {
      this.#dialer.send({ kind: 'result', id, ok: false, error: describe(error) })
    }
  }

  #makeMethods(
    folder: () => Promise<WorkFolder>,
    output: OutputFolder,
    services: () => Promise<Services>,
  ): RunnerMethods {
    return {
      status: async () => ({
        startedAt: this.#startedAt,
        running: this.#queue.running,
        known: this.#queue.known(),
      }),
      complete: async ({ code, options }) => ({
        // The interpreter answers one question at a time.
        completions: this.#queue.running === null ? await this.#runtime.complete(code, options) : [],
      }),
      listFiles: async ({ path }) => (await folder()).list(path),
      writeFile: async ({ path, content }) => {
        await (await folder()).write(path, content)
        return {}
      },
      archive: async ({ path, maxBytes }) => ({
        archive: await (await folder()).archive(path, maxBytes),
      }),
      readOutput: ({ name, offset, maxBytes }) => output.read(name, offset, maxBytes),
      startService: async (args) => (await services()).start(args),
      shutdownService: async ({ name }) => {
        ;(await services()).shutdown(name)
        return {}
      },
      apps: async () => ({ data: await (await services()).apps() }),
    }
  }
}

function onFirstUse<T>(make: () => T): () => T {
  let made: { value: T } | null = null
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

function describe(error: unknown): { name: string; message: string } {
  if (error instanceof Problem) return { name: error.kind, message: error.message }
  return { name: 'kernel-execution-failed', message: error instanceof Error ? error.message : String(error) }
}
