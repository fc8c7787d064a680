import { usageError } from './exit-code.ts'

/** Where to and as whom the client speaks. */
export interface Settings {
  endpoints: readonly string[]
  /** `session`: a webserver, by its login; `api`: a manager, by the key pair. */
  endpointType: 'api' | 'session'
  /** Empty where there is none: nobody is logged in, or requests are not signed. */
  accessKey: string
  secretKey: string
  domain: string
  /** Project. */
  group: string
  /** Folders mounted into every new session. */
  vfolderMounts: readonly string[]
  skipSslCertValidation: boolean
  /** Where endpoint and key pair were found, for `config`. */
  sources: { endpoint: string; keyPair: string }
}

/** One place that may hold settings; the texts are as found. */
export interface SettingSource {
  /** Shown to the user: `flags`, `environment`, a file's path. */
  name: string
  endpoint?: string | undefined
  endpointType?: string | undefined
  accessKey?: string | undefined
  secretKey?: string | undefined
  domain?: string | undefined
  group?: string | undefined
  vfolderMounts?: string | readonly string[] | undefined
  skipSslCertValidation?: boolean | undefined
}

export const DEFAULT_ENDPOINT = 'http://127.0.0.1:8081'

/**
 * Takes each setting from the first source that has it; the two keys come as a pair from one source. `session`
 * endpoints need none, and so do anonymous requests.
 * @throws CliError (usage) when no source has a key pair, or one has only half of it.
 */
export function resolveSettings(
  sources: readonly SettingSource[],
  { isAnonymous = false }: { isAnonymous?: boolean } = {},
): Settings {
  const first = <K extends keyof SettingSource>(key: K): SettingSource[K] | undefined =>
    sources.find((source) => source[key] !== undefined && source[key] !== '')?.[key]
  const endpoint = sources.find((source) => source.endpoint)
  const endpointType = typeOf(first('endpointType') ?? 'api')
  const isUnsigned = isAnonymous || endpointType === 'session'
  const pair = isUnsigned ? NO_KEY_PAIR : keyPairOf(sources)
  const mounts = first('vfolderMounts') ?? []
  return {
    endpoints: splitList(endpoint?.endpoint ?? DEFAULT_ENDPOINT),
    endpointType,
    accessKey: pair.accessKey,
    secretKey: pair.secretKey,
    domain: first('domain') ?? 'default',
    group: first('group') ?? 'default',
    vfolderMounts: typeof mounts === 'string' ? splitList(mounts) : mounts,
    skipSslCertValidation: first('skipSslCertValidation') ?? false,
    sources: { endpoint: endpoint?.name ?? 'default', keyPair: pair.name },
  }
}

const NO_KEY_PAIR = { name: 'login', accessKey: '', secretKey: '' }

function typeOf(text: string): Settings['endpointType'] {
  if (text === 'api' || text === 'session') return text
  throw usageError(`BACKEND_ENDPOINT_TYPE is "${text}"; it may be api or session.`)
}

function keyPairOf(sources: readonly SettingSource[]): typeof NO_KEY_PAIR {
  const pair = sources.find((source) => source.accessKey || source.secretKey)
  if (!pair) throw noKeyPair(sources)
  const { name, accessKey, secretKey } = pair
  if (accessKey && secretKey) return { name, accessKey, secretKey }
  const missing = accessKey ? 'secret key' : 'access key'
  throw usageError(`The ${missing} is missing in ${name}, which has the other half of the key pair.`)
}

export const splitList = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '')

function noKeyPair(sources: readonly SettingSource[]): Error {
  return usageError(
    'There is no key pair to sign requests with.',
    'Start a cluster on this machine with "backendai up", or',
    'set BACKEND_ENDPOINT, BACKEND_ACCESS_KEY and BACKEND_SECRET_KEY, or',
    'BACKEND_ENDPOINT_TYPE=session and log in at a webserver with "backend.ai login".',
    `Looked in: ${sources.map((source) => source.name).join(', ')}.`,
  )
}
