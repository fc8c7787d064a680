import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildPythonImage } from '../../images/python/build.ts'
import { requireDocker } from '../docker.ts'
import { engineAddress } from '../engine-address.ts'
import type { BackendName } from '../shapes.ts'
import { type TempDirectory, tempDirectory } from '../temp.ts'
import { until } from '../until.ts'

/** A directory for a shape's data that users of kernels can walk through. */
export function shapeHome(purpose: string): TempDirectory {
  const home = tempDirectory(purpose)
  chmodSync(home.path, 0o711)
  return home
}

export interface BackendPlace extends AsyncDisposable {
  /** How the agent reaches the engine. */
  env: Record<string, string>
  args: string[]
  /** DOCKER_HOST of an engine that has the Python image; null for native processes. */
  host: string | null
}

/** What an agent needs to be told to use this backend and no other. */
export async function placeBackend(backend: BackendName): Promise<BackendPlace> {
  const args = ['--set', `agent.backend=${backend}`]
  if (backend === 'process') return { env: {}, args, host: null, [Symbol.asyncDispose]: async () => {} }
  const engine = await requireDocker()
  await buildPythonImage(engineAddress(engine.host))
  return {
    env: { DOCKER_HOST: engine.host },
    args,
    host: engine.host,
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  }
}

export interface AdminKeys {
  email: string
  accessKey: string
  secretKey: string
}

/** The administrator that the manager wrote down. */
export function adminKeys(dataDir: string): AdminKeys {
  const path = join(dataDir, 'admin.json')
  if (!existsSync(path)) throw new Error(`${path} is missing`)
  const { email, access_key, secret_key } = JSON.parse(readFileSync(path, 'utf8'))
  return { email, accessKey: access_key, secretKey: secret_key }
}

/** The administrator's password, from what the first start prints after its ready file. */
export const passwordIn = (terminal: () => string): Promise<string> =>
  until(() => /Password\s+(\S+)/.exec(terminal())?.[1] ?? null, 5_000)

/** Half of this test process's window of kernel ports (placement.ts), so that two shapes can run at once. */
let shapes = 0
export function kernelPorts(): [first: number, last: number] {
  const first = 10_000 + (process.pid % 90) * 200 + (shapes % 2) * 100
  shapes += 1
  return [first, first + 99]
}
