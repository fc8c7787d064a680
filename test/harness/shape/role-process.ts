import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { product } from '../product.ts'
import { type ServerProcess, startServerProcess, untilReady } from '../server-process.ts'

export const SHAPE_ROLES = ['manager', 'agent', 'storage-proxy', 'webserver', 'app-proxy', 'watcher'] as const
export type ShapeRole = (typeof SHAPE_ROLES)[number]

const READY_MS = 60_000
/** Sessions end before the agent does. */
const GRACE_MS = 30_000

export interface RoleProcess extends AsyncDisposable {
  readonly pid: number
  /** What `--ready-file` said. */
  readonly ready: { endpoint?: string; web?: string; endpoints: Record<string, string> }
  readonly server: ServerProcess
  /** Its terminal and its log files. */
  logs(): string
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
  /** Starts it anew after `kill`, ready when this resolves. */
  restart(): Promise<void>
  /** Starts it anew and kills it after so many milliseconds, ready or not. */
  stumble(afterMs: number): Promise<void>
}

export interface RoleStart {
  command: 'up' | ShapeRole
  args: string[]
  /** Replaces the environment, but for PATH. */
  env: Record<string, string>
  dataDir: string
  cwd: string
}

/** One process of the built executable, ready when this returns. */
export async function startRoleProcess(start: RoleStart): Promise<RoleProcess> {
  let current = await launch(start)
  let earlier = ''
  const remember = (): void => {
    earlier = `${earlier}${current.output()}`.slice(-10_000)
  }
  const kill = async (): Promise<void> => {
    current.kill('SIGKILL')
    await current.exited
  }
  const logs = (): string => `== ${start.command}\n${earlier}${current.output()}${logFiles(start.dataDir)}`
  return {
    get pid() {
      return current.pid
    },
    get server() {
      return current
    },
    get ready() {
      return JSON.parse(readFileSync(readyFileOf(start), 'utf8'))
    },
    logs,
    kill,
    async restart() {
      remember()
      current = await launch(start)
    },
    async stumble(afterMs) {
      remember()
      current = await spawnRole(start)
      await Bun.sleep(afterMs)
      await kill()
    },
    [Symbol.asyncDispose]: () => current[Symbol.asyncDispose](),
  }
}

const readyFileOf = ({ command, cwd }: RoleStart): string => join(cwd, `${command}.ready.json`)

async function launch(start: RoleStart): Promise<ServerProcess> {
  const { command, dataDir } = start
  const readyFile = readyFileOf(start)
  const server = await spawnRole(start)
  await untilReady(server, command, () => existsSync(readyFile), READY_MS).catch((error: unknown) => {
    throw new Error(`${error}\n== ${command}\n${`${server.output()}${logFiles(dataDir)}`.slice(-8000)}`)
  })
  return server
}

async function spawnRole(start: RoleStart): Promise<ServerProcess> {
  const { command, args, env, dataDir, cwd } = start
  const readyFile = readyFileOf(start)
  rmSync(readyFile, { force: true })
  // `env -i` keeps the settings and secrets of whoever runs the tests out of it.
  const assignments = Object.entries({ PATH: process.env.PATH ?? '', HOME: cwd, ...env })
  return startServerProcess({
    command: [
      ...['env', '-i', ...assignments.map(([name, value]) => `${name}=${value}`)],
      ...[await product(), command, '--data', dataDir, '--ready-file', readyFile, ...args],
    ],
    cwd,
    stopSignal: 'TERM',
    graceMs: GRACE_MS,
  })
}

function logFiles(dataDir: string): string {
  const folder = join(dataDir, 'logs')
  if (!existsSync(folder)) return ''
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8').slice(-50_000))
    .join('')
}
