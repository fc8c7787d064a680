import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CliIo } from './cli-io.ts'
import { usageError } from './exit-code.ts'
import type { SettingSource } from './settings.ts'

export interface GlobalFlags {
  endpoint?: string
  accessKey?: string
  secretKey?: string
  skipSslcertValidation?: boolean
  json?: boolean
  output?: string
  yes?: boolean
  debug?: boolean
}

type World = Pick<CliIo, 'env' | 'home' | 'isRoot'>

/** Every place that may hold settings, the strongest first. */
export async function settingSources(flags: GlobalFlags, world: World): Promise<SettingSource[]> {
  const clientFile = clientFilePath(world)
  const adminFile = join(dataDirectory(world), 'admin.json')
  return [
    { name: 'flags', ...fromFlags(flags) },
    { name: 'environment', ...fromEnvironment(world.env) },
    { name: clientFile, ...(await fromFile(clientFile, parseToml)) },
    { name: adminFile, ...(await fromFile(adminFile, JSON.parse)) },
  ]
}

export const clientFilePath = ({ env, home }: World): string =>
  join(env.XDG_CONFIG_HOME || join(home, '.config'), 'backend.ai', 'client.toml')

/** Where `backendai up` keeps its data. */
export function dataDirectory({ env, home, isRoot }: World): string {
  if (env.BACKENDAI_DATA) return env.BACKENDAI_DATA
  return isRoot ? '/var/lib/backendai' : join(home, '.local', 'share', 'backendai')
}

function fromFlags(flags: GlobalFlags): Omit<SettingSource, 'name'> {
  const { endpoint, accessKey, secretKey, skipSslcertValidation } = flags
  return { endpoint, accessKey, secretKey, skipSslCertValidation: skipSslcertValidation }
}

function fromEnvironment(env: World['env']): Omit<SettingSource, 'name'> {
  const skip = env.BACKEND_SKIP_SSLCERT_VALIDATION
  return {
    endpoint: env.BACKEND_ENDPOINT,
    endpointType: env.BACKEND_ENDPOINT_TYPE,
    accessKey: env.BACKEND_ACCESS_KEY,
    secretKey: env.BACKEND_SECRET_KEY,
    domain: env.BACKEND_DOMAIN,
    group: env.BACKEND_GROUP,
    vfolderMounts: env.BACKEND_VFOLDER_MOUNTS,
    skipSslCertValidation: skip ? /^(1|y|yes|t|true|on)$/i.test(skip) : undefined,
  }
}

type Parse = (text: string) => unknown

const parseToml: Parse = (text) => Bun.TOML.parse(text)

async function fromFile(path: string, parse: Parse): Promise<Omit<SettingSource, 'name'>> {
  const text = await readIfThere(path)
  if (text === null) return {}
  const table = tableOf(path, text, parse)
  // Keys may be written with hyphens as well.
  const read = (key: string): unknown => table[key] ?? table[key.replaceAll('_', '-')]
  const word = (key: string): string | undefined => {
    const value = read(key)
    if (value === undefined || value === null || typeof value === 'string') return value ?? undefined
    throw usageError(`${path}: ${key} must be a text, not ${JSON.stringify(value)}.`)
  }
  const mounts = read('vfolder_mounts')
  return {
    endpoint: word('endpoint'),
    endpointType: word('endpoint_type'),
    accessKey: word('access_key'),
    secretKey: word('secret_key'),
    domain: word('domain'),
    group: word('group'),
    vfolderMounts: Array.isArray(mounts) ? mounts.map(String) : word('vfolder_mounts'),
    skipSslCertValidation: read('skip_sslcert_validation') === true ? true : undefined,
  }
}

function tableOf(path: string, text: string, parse: Parse): Record<string, unknown> {
  try {
    const value = parse(text)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch (cause) {
    throw usageError(`${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
  throw usageError(`${path} holds no table of settings.`)
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    // Another user's data directory: not ours to read.
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return null
    throw error
  }
}
