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
export async function startRoleProcess({
  command,
  args,
  env,
  dataDir,
  cwd,
}: RoleStart): Promise<RoleProcess> {
  const readyFile = join(cwd, `${command}.ready.json`)
  rmSync(readyFile, { force: true })
  // `env -i` keeps the settings and secrets of whoever runs the tests out of it.
  const assignments = Object.entries({ PATH: process.env.PATH ?? '', HOME: cwd, ...env })
  const server = startServerProcess({
    command: [
      ...['env', '-i', ...assignments.map(([name, value]) => `${name}=${value}`)],
      ...[await product(), command, '--data', dataDir, '--ready-file', readyFile, ...args],
    ],
    cwd,
    stopSignal: 'TERM',
    graceMs: GRACE_MS,
  })
  const logs = (): string => `== ${command}\n${server.output()}${logFiles(dataDir)}`
  await untilReady(server, command, () => existsSync(readyFile), READY_MS).catch((error: unknown) => {
    throw new Error(`${error}\n${logs().slice(-8000)}`)
  })
  return {
    pid: server.pid,
    ready: JSON.parse(readFileSync(readyFile, 'utf8')),
    server,
    logs,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

function logFiles(dataDir: string): string {
  const folder = join(dataDir, 'logs')
  if (!existsSync(folder)) return ''
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8').slice(-50_000))
    .join('')
}
