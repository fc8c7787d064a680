import { mkdirSync, writeFileSync } from 'node:fs'
import { freePort } from './ports.ts'
import { startServerProcess, untilReady } from './server-process.ts'

export interface RegistryAccount {
  username: string
  password: string
}

export interface TestRegistry extends AsyncDisposable {
  /** `127.0.0.1:PORT`: its name in references of images. */
  readonly name: string
  readonly url: string
}

export interface RegistryOptions {
  /** Images lie here; two registries may share it. */
  directory: string
  /** Null: everybody may read and write. */
  account: RegistryAccount | null
}

/** Debian's `docker-registry` on a free port of the loopback, which engines take without TLS. */
export async function startRegistry({ directory, account }: RegistryOptions): Promise<TestRegistry> {
  if (!Bun.which('docker-registry')) throw new Error('install the Debian package "docker-registry"')
  mkdirSync(`${directory}/images`, { recursive: true })
  const port = await freePort()
  const name = `127.0.0.1:${port}`
  const settings = {
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: `${directory}/images` }, delete: { enabled: true } },
    http: { addr: name },
    ...(account ? { auth: { htpasswd: { realm: 'test', path: `${directory}/htpasswd` } } } : {}),
  }
  if (account) {
    const hash = await Bun.password.hash(account.password, { algorithm: 'bcrypt', cost: 4 })
    writeFileSync(`${directory}/htpasswd`, `${account.username}:${hash}\n`)
  }
  const file = `${directory}/${port}.yml`
  writeFileSync(file, JSON.stringify(settings))
  const server = startServerProcess({
    command: ['docker-registry', 'serve', file],
    env: { OTEL_TRACES_EXPORTER: 'none' },
    cwd: directory,
    stopSignal: 'KILL',
  })
  const url = `http://${name}`
  await untilReady(server, 'docker-registry', () =>
    fetch(`${url}/v2/`).then(
      ({ status }) => status === (account ? 401 : 200),
      () => false,
    ),
  )
  return { name, url, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}
