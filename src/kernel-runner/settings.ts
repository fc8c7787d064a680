import { CONTAINER_PATHS, LINK_SOCKET, RUNNER_ENVIRON } from '../wire/runner-environ.ts'
import { isRuntimeName, type RuntimeName } from './runtimes/runtime.ts'

/** What the agent tells the runner through its own environment; nothing of it comes from the user. */
export interface RunnerSettings {
  kernelId: string
  /** The agent's Unix socket. */
  socketPath: string
  token: string
  /** /home/work, or the scratch folder of a native process. */
  workDir: string
  environPath: string
  runtime: RuntimeName
  /** Interpreter of the image, from its label; null = look it up. */
  runtimePath: string | null
  /** Owner of children, used when the runner is root. */
  uid: number | null
  gid: number | null
  /** Command that starts this executable again, through its loader where there is one. */
  self: readonly string[]
  serviceDefinitionsDir: string
  /** What is left of the environment: the image's own ENV (PATH of conda, library paths of CUDA). */
  imageEnviron: Readonly<Record<string, string>>
}

export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

const PREFIX = 'BACKENDAI_RUNNER_'
/** Tests only: where an image keeps its service definitions. */
const SERVICE_DEFINITIONS = `${PREFIX}SERVICE_DEFS`

/**
 * Reads the variables of `RUNNER_ENVIRON` and removes every one of them from `env`, the token above all.
 * @throws SettingsError that names the variable
 */
export function takeSettings(env: Record<string, string | undefined>): RunnerSettings {
  const taken = new Map<string, string>()
  const imageEnviron: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith(PREFIX)) {
      if (value !== undefined) imageEnviron[name] = value
      continue
    }
    if (value !== undefined && value !== '') taken.set(name, value)
    delete env[name]
  }
  const required = (name: string): string => {
    const value = taken.get(name)
    if (value === undefined) throw new SettingsError(`${name} is not set; the agent starts the runner`)
    return value
  }
  const number = (name: string): number | null => {
    const text = taken.get(name)
    if (text === undefined) return null
    if (!/^\d{1,10}$/.test(text)) throw new SettingsError(`${name} is not a user or group number: ${text}`)
    return Number(text)
  }
  const runtime = taken.get(RUNNER_ENVIRON.runtime) ?? 'app'
  const configDir = taken.get(RUNNER_ENVIRON.configDir) ?? CONTAINER_PATHS.config
  return {
    kernelId: required(RUNNER_ENVIRON.kernelId),
    socketPath: taken.get(RUNNER_ENVIRON.socket) ?? `${CONTAINER_PATHS.link}/${LINK_SOCKET}`,
    token: required(RUNNER_ENVIRON.token),
    workDir: taken.get(RUNNER_ENVIRON.workDir) ?? CONTAINER_PATHS.work,
    environPath: `${configDir}/environ.txt`,
    // A runtime that we have no driver for still runs commands, services and terminals.
    runtime: isRuntimeName(runtime) ? runtime : 'app',
    runtimePath: taken.get(RUNNER_ENVIRON.runtimePath) ?? null,
    uid: number(RUNNER_ENVIRON.uid),
    gid: number(RUNNER_ENVIRON.gid),
    self: parseCommand(taken.get(RUNNER_ENVIRON.self)),
    imageEnviron,
    serviceDefinitionsDir: taken.get(SERVICE_DEFINITIONS) ?? '/etc/backend.ai/service-defs',
  }
}

function parseCommand(json: string | undefined): readonly string[] {
  if (json === undefined) return [process.execPath]
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (cause) {
    throw new SettingsError(`${RUNNER_ENVIRON.self} is not JSON`, { cause })
  }
  if (!Array.isArray(value) || value.length === 0 || !value.every((part) => typeof part === 'string')) {
    throw new SettingsError(`${RUNNER_ENVIRON.self} is not a list of strings`)
  }
  return value
}
