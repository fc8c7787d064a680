import { connect } from 'node:net'
import type { Subprocess } from 'bun'
import type { Clock } from '../../lib/clock.ts'
import type { RunnerMethods } from '../../wire/runner-protocol.ts'
import { OutputPipes } from '../execution/output-pipes.ts'
import { signalGroup } from '../processes.ts'
import { definitionNames, readDefinition, type ServiceDefinition } from './definition.ts'
import { type PrestartContext, runPrestart } from './prestart.ts'
import { fillTemplate, type TemplateValues } from './template.ts'

export interface ServicesOptions extends PrestartContext {
  folder: string
  runtimePath: string
  clock: Clock
  output(stream: 'stdout' | 'stderr', bytes: Uint8Array): void
}

type StartArguments = Parameters<RunnerMethods['startService']>[0]
type StartAnswer = Awaited<ReturnType<RunnerMethods['startService']>>

/** How long a service may take to listen (agent-kernel.md §6). */
const START_LIMIT_MS = 5000
const PROBE_EVERY_MS = 50

/** The service processes of this kernel, by name. */
export class Services {
  readonly #options: ServicesOptions
  readonly #running = new Map<string, Subprocess>()
  readonly #starting = new Map<string, Promise<StartAnswer>>()

  constructor(options: ServicesOptions) {
    this.#options = options
  }

  /** Starts it unless it runs. Failures are answers, not errors. */
  async start(args: StartArguments): Promise<StartAnswer> {
    // Whatever the user started listens by itself.
    if (args.protocol === 'preopen') return { status: 'started' }
    if (this.#running.has(args.name)) return { status: 'running' }
    const underWay = this.#starting.get(args.name)
    if (underWay) return underWay
    const attempt = this.#launch(args).catch(
      (error: unknown): StartAnswer => ({
        status: 'failed',
        error: error instanceof Error ? error.message : String(error),
      }),
    )
    this.#starting.set(args.name, attempt)
    return attempt.finally(() => this.#starting.delete(args.name))
  }

  shutdown(name: string): void {
    const child = this.#running.get(name)
    if (child) signalGroup(child.pid, 'SIGTERM')
  }

  /** Names and addresses for the agent's list of service ports. */
  async apps(): Promise<{ name: string; url_template?: string }[]> {
    const apps: { name: string; url_template?: string }[] = []
    for (const name of await definitionNames(this.#options.folder)) {
      const definition = await readDefinition(this.#options.folder, name).catch(() => null)
      if (!definition) continue
      apps.push({
        name,
        ...(definition.url_template === undefined ? {} : { url_template: definition.url_template }),
      })
    }
    return apps
  }

  async #launch(args: StartArguments): Promise<StartAnswer> {
    const definition = await readDefinition(this.#options.folder, args.name)
    if (!definition) {
      return { status: 'failed', error: `The image has no definition of the service ${args.name}.` }
    }
    const values: Record<string, string | readonly (string | number)[]> = {
      ports: args.ports,
      runtime_path: this.#options.runtimePath,
    }
    const environ = this.#environ(definition, args.envs, values)
    for (const action of definition.prestart ?? definition.prestart_actions ?? []) {
      const result = await runPrestart(action, values, { ...this.#options, environ })
      if (action.ref !== undefined && result !== null) values[action.ref] = result
    }
    if (definition.noop) return { status: 'started' }
    const command = [
      ...definition.command.map((part) => fillTemplate(part, values)),
      ...argumentsOf(definition, args.arguments),
    ]
    if (command.length === 0) return { status: 'failed', error: 'The service definition has no command.' }
    return this.#spawn(args, command, environ)
  }

  async #spawn(
    args: StartArguments,
    command: string[],
    environ: Record<string, string>,
  ): Promise<StartAnswer> {
    const { processes, workDir, output } = this.#options
    const pipes = new OutputPipes(processes, {
      stdout: (bytes) => output('stdout', bytes),
      stderr: (bytes) => output('stderr', bytes),
    })
    const child = processes.spawn({
      command,
      cwd: workDir,
      environ,
      descriptors: ['ignore', pipes.stdoutFd, pipes.stderrFd],
    })
    this.#running.set(args.name, child)
    const ended = child.exited.then(async () => {
      this.#running.delete(args.name)
      await pipes.finish((bytes) => output('stdout', bytes))
    })
    const [port] = args.ports
    if (port === undefined) return { status: 'started' }
    const stop = new AbortController()
    const died = ended.then(
      (): StartAnswer => ({
        status: 'failed',
        error: `The service ended with exit code ${child.exitCode ?? 'unknown'}.`,
      }),
    )
    try {
      return await Promise.race([died, this.#untilListening(port, stop.signal)])
    } finally {
      stop.abort()
    }
  }

  async #untilListening(port: number, signal: AbortSignal): Promise<StartAnswer> {
    const until = this.#options.clock.now() + START_LIMIT_MS
    while (!signal.aborted && this.#options.clock.now() < until) {
      if (await listens(port)) return { status: 'started' }
      await this.#options.clock.sleep(PROBE_EVERY_MS, signal).catch(() => undefined)
    }
    return { status: 'failed', error: `The service does not listen on port ${port} after 5 seconds.` }
  }

  #environ(
    definition: ServiceDefinition,
    wanted: Record<string, string>,
    values: TemplateValues,
  ): Record<string, string> {
    const environ = { ...this.#options.environ }
    for (const [name, value] of Object.entries(definition.env)) {
      environ[fillTemplate(name, values)] = fillTemplate(value, values)
    }
    for (const [name, value] of Object.entries(wanted)) {
      if (!definition.allowed_envs.includes(name)) {
        throw new Error(`The service does not accept the variable ${name}.`)
      }
      if (name in environ) throw new Error(`The variable ${name} is set already and may not be replaced.`)
      environ[name] = value
    }
    return environ
  }
}

/** Words for the command line: `null` a bare flag, a list repeats after the flag. */
function argumentsOf(definition: ServiceDefinition, wanted: Record<string, unknown>): string[] {
  for (const name of Object.keys(wanted)) {
    if (!definition.allowed_arguments.includes(name)) {
      throw new Error(`The service does not accept the argument ${name}.`)
    }
  }
  return Object.entries({ ...definition.default_arguments, ...wanted }).flatMap(([name, value]) => {
    if (value === null) return [name]
    return [name, ...(Array.isArray(value) ? value.map(String) : [String(value)])]
  })
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
