import { chmodSync, chownSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import { freePort } from './ports.ts'
import { type ServerProcess, startServerProcess, untilReady } from './server-process.ts'
import { tempDirectory } from './temp.ts'

export interface TestDatabase extends AsyncDisposable {
  readonly url: string
}

export interface TestPostgres extends AsyncDisposable {
  /** The maintenance database of the cluster. */
  readonly url: string
  readonly port: number
  /** A new empty database; disposing drops it. */
  freshDatabase(): Promise<TestDatabase>
  /** Ends it without notice and starts it anew on the same port and data. */
  restart(): Promise<void>
}

function binaries(): string {
  const family = '/usr/lib/postgresql'
  const versions = existsSync(family) ? readdirSync(family).sort((a, b) => Number(b) - Number(a)) : []
  const found = versions
    .map((version) => join(family, version, 'bin'))
    .find((dir) => existsSync(join(dir, 'initdb')))
  if (!found) throw new Error('PostgreSQL is missing: install the Debian package "postgresql"')
  return found
}

/** PostgreSQL refuses to run as root, so root lends it the user that its package made. */
function unprivileged(): { setpriv: string[]; uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('postgres:'))
  const [, , uid, gid] = line?.split(':') ?? []
  if (uid === undefined || gid === undefined)
    throw new Error('the user "postgres" is missing: install "postgresql"')
  return {
    setpriv: ['--reuid', uid, '--regid', gid, '--clear-groups'],
    uid: Number(uid),
    gid: Number(gid),
  }
}

async function run(command: string[], cwd: string): Promise<void> {
  const child = Bun.spawn(command, { cwd, stdout: 'pipe', stderr: 'pipe' })
  const [code, out, error] = await Promise.all([
    child.exited,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  if (code !== 0) throw new Error(`${command.at(-1)} ended with ${code}\n${out}${error}`)
}

/** A PostgreSQL cluster of this test's own, with fsync on as in production. */
export async function startPostgres(): Promise<TestPostgres> {
  const bin = binaries()
  const user = unprivileged()
  const directory = tempDirectory('postgres')
  if (user) chownSync(directory.path, user.uid, user.gid)
  chmodSync(directory.path, 0o755)
  const data = directory.at('data')
  const as = user?.setpriv ?? []
  await run(
    [
      'setpriv',
      ...as,
      join(bin, 'initdb'),
      '-A',
      'trust',
      '-U',
      'backendai',
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
      '--no-sync',
      '-D',
      data,
    ],
    directory.path,
  )
  const port = await freePort()
  const settings = { listen_addresses: '127.0.0.1', port, unix_socket_directories: '', max_connections: 200 }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const start = async (): Promise<ServerProcess> => {
    const server = startServerProcess({
      command: [join(bin, 'postgres'), '-D', data, ...flags],
      as,
      cwd: directory.path,
      stopSignal: 'INT',
    })
    const status = join(data, 'postmaster.pid')
    const isReady = (): boolean => {
      if (!existsSync(status)) return false
      const lines = readFileSync(status, 'utf8').split('\n')
      return lines[0] === `${server.pid}` && lines[7]?.trim() === 'ready'
    }
    await untilReady(server, 'postgres', isReady)
    return server
  }
  let server = await start()
  const urlOf = (database: string): string => `postgres://backendai@127.0.0.1:${port}/${database}`
  const admin = postgres(urlOf('postgres'), { max: 1, onnotice: () => {}, idle_timeout: 5 })
  return {
    url: urlOf('postgres'),
    port,
    freshDatabase: async () => {
      const name = `t_${crypto.randomUUID().replaceAll('-', '')}`
      await admin.unsafe(`create database ${name}`)
      return {
        url: urlOf(name),
        [Symbol.asyncDispose]: async () => {
          await admin.unsafe(`drop database if exists ${name} with (force)`)
        },
      }
    },
    restart: async () => {
      server.kill('SIGKILL')
      await server.exited
      // Its orphaned children hold the shared memory for a moment, and a new postmaster refuses to start until then.
      const attempts = 20
      for (let attempt = 1; ; attempt += 1) {
        const started = await start().catch((error: unknown) => {
          if (attempt === attempts || !String(error).includes('shared memory')) throw error
          return Bun.sleep(100).then(() => null)
        })
        if (started === null) continue
        server = started
        return
      }
    },
    [Symbol.asyncDispose]: async () => {
      await admin.end({ timeout: 1 })
      await server[Symbol.asyncDispose]()
      directory[Symbol.dispose]()
    },
  }
}
