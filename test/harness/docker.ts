import { mkdirSync } from 'node:fs'
import Docker from 'dockerode'
import { addUser, place, removeUser } from './docker-place.ts'
import { answersPing, type EngineAddress, usualEngine } from './engine-address.ts'
import { exclusively } from './exclusively.ts'

export interface TestEngine extends AsyncDisposable {
  /** Give it to the product as DOCKER_HOST. */
  readonly host: string
  readonly docker: Docker
}

const START_LIMIT_MS = 60_000
let uses = 0

const client = ({ socketPath, url }: EngineAddress): Docker =>
  socketPath === null
    ? new Docker({ host: new URL(url).hostname, port: new URL(url).port })
    : new Docker({ socketPath })

/** The engine of this machine, else one of the tests' own that ends with its last user; fails where neither can be. */
export async function requireDocker(): Promise<TestEngine> {
  const usual = usualEngine()
  if (await answersPing(usual)) {
    return { host: usual.host, docker: client(usual), [Symbol.asyncDispose]: async () => {} }
  }
  if (process.getuid?.() !== 0) throw new Error('no container engine answers, and starting one needs root')
  if (!Bun.which('dockerd'))
    throw new Error('no container engine answers: install the Debian package "docker.io"')
  mkdirSync(place.run, { recursive: true, mode: 0o700 })
  await exclusively(place.lock, async () => {
    addUser(process.pid)
    uses += 1
    if (!(await answersPing(place.address))) await startKeeper()
  })
  let done = false
  return {
    host: place.address.host,
    docker: client(place.address),
    [Symbol.asyncDispose]: async () => {
      if (done) return
      done = true
      uses -= 1
      if (uses === 0) removeUser(process.pid)
    },
  }
}

async function startKeeper(): Promise<void> {
  const keeper = Bun.spawn(['setsid', process.execPath, `${import.meta.dir}/docker-keeper.ts`], {
    stdin: 'ignore',
    stdout: Bun.file(place.log),
    stderr: Bun.file(place.log),
  })
  keeper.unref()
  const deadline = performance.now() + START_LIMIT_MS
  while (performance.now() < deadline && keeper.exitCode === null) {
    if (await answersPing(place.address)) return
    await Bun.sleep(50)
  }
  throw new Error(`dockerd did not start:\n${(await Bun.file(place.log).text()).slice(-3000)}`)
}
