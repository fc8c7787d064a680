import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { exclusively } from './exclusively.ts'
import { placement } from './placement.ts'
import { startServerProcess, untilReady } from './server-process.ts'
import { tempDirectory } from './temp.ts'

const root = join(import.meta.dir, '../..')
let built: Promise<string> | null = null

/** The path of the executable, built at most once however many test processes ask. */
export function product(): Promise<string> {
  built ??= exclusively(join(root, '.cache/build.lock'), async () => {
    const build = Bun.spawn([process.execPath, join(root, 'build.ts')], { stdout: 'pipe', stderr: 'pipe' })
    const [code, out, error] = await Promise.all([
      build.exited,
      new Response(build.stdout).text(),
      new Response(build.stderr).text(),
    ])
    if (code !== 0) throw new Error(`the build ended with ${code}\n${out}${error}`)
    return join(root, 'dist/backendai')
  })
  return built
}

export interface CommandResult {
  code: number
  stdout: string
  stderr: string
}

export interface RunOptions {
  env?: Record<string, string>
  cwd?: string
  stdin?: string
  /** `backend.ai` calls the same file as the client. */
  as?: 'backendai' | 'backend.ai'
}

/** Runs the executable to its end. */
export async function runProduct(args: string[], options: RunOptions = {}): Promise<CommandResult> {
  const file = (await product()).replace(/backendai$/, options.as ?? 'backendai')
  const child = Bun.spawn([file, ...args], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    stdin: options.stdin === undefined ? 'ignore' : new Blob([options.stdin]),
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [code, stdout, stderr] = await Promise.all([
    child.exited,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  return { code, stdout, stderr }
}

/** What `up --ready-file` writes when every role serves. */
export interface Ready {
  endpoint: string
  web: string
  /** Every address by its name. */
  endpoints: Record<string, string>
  backend: { name: string; description: string } | null
  pid: number
}

export interface RunningCluster extends AsyncDisposable {
  readonly ready: Ready
  readonly data: string
  readonly pid: number
  /** Environment under which the client finds this cluster and its administrator. */
  readonly env: Record<string, string>
  output(): string
  /** A client command against it. */
  run(args: string[], options?: RunOptions): Promise<CommandResult>
  /** Ends it without notice and starts it anew on the same data and ports. */
  restart(): Promise<void>
  kill(signal: NodeJS.Signals): void
}

export interface UpOptions {
  env?: Record<string, string>
  /** Further arguments of `up`, e.g. `['--set', 'agent.backend=process']`. */
  args?: string[]
}

/** `backendai up` in a fresh data directory on free ports, ready when this returns. */
export async function startUp(options: UpOptions = {}): Promise<RunningCluster> {
  const executable = await product()
  const directory = tempDirectory('up')
  const data = directory.at('data')
  const readyFile = directory.at('ready.json')
  const env = { ...(await placement()), BACKENDAI_DATA: data, HOME: directory.path, ...options.env }
  const command = [executable, 'up', '--ready-file', readyFile, ...(options.args ?? [])]
  const start = async () => {
    await Bun.file(readyFile)
      .delete()
      .catch(() => {})
    const server = startServerProcess({
      command,
      env,
      cwd: directory.path,
      stopSignal: 'TERM',
      graceMs: 20_000,
    })
    await untilReady(server, 'backendai up', () => existsSync(readyFile), 60_000)
    return server
  }
  let server = await start()
  const ready = (): Ready => JSON.parse(readFileSync(readyFile, 'utf8'))
  return {
    get ready() {
      return ready()
    },
    get pid() {
      return server.pid
    },
    data,
    env,
    output: () => server.output(),
    run: (args, run = {}) => runProduct(args, { ...run, as: 'backend.ai', env: { ...env, ...run.env } }),
    restart: async () => {
      server.kill('SIGKILL')
      await server.exited
      server = await start()
    },
    kill: (signal) => server.kill(signal),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      directory[Symbol.dispose]()
    },
  }
}
