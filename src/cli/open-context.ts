import type { Client } from '../client/client.ts'
import type { CliIo } from './cli-io.ts'
import type { CommandContext } from './command-context.ts'
import type { LoginStore } from './login-store.ts'
import { createOutput } from './output.ts'
import type { GlobalFlags } from './setting-sources.ts'
import type { Settings } from './settings.ts'

/** Settings and client are made when first asked for, so that `--help` and usage errors load neither. */
export function openContext(
  io: CliIo,
  flags: GlobalFlags & { quiet?: boolean },
  signal: AbortSignal,
): CommandContext {
  const isJson = flags.json === true || flags.output === 'json'
  const isDebug = flags.debug === true
  let settings: Promise<Settings> | null = null
  let client: Promise<Client> | null = null
  const getSettings = (): Promise<Settings> => {
    settings ??= readSettings(io, flags).then((found) => withLogin(io, found))
    return settings
  }
  return {
    io,
    flags,
    signal,
    out: createOutput(io, { isJson, isQuiet: flags.quiet === true }),
    settings: getSettings,
    client: () => {
      client ??= getSettings().then(async (found) => openClient(io, found, await storeOf(io, found), isDebug))
      return client
    },
    get isConnected() {
      return client !== null
    },
    async anonymous() {
      const found = await readSettings(io, flags, true)
      const { createLoginStore } = await import('./login-store.ts')
      const logins = createLoginStore(io)
      return { settings: found, client: await openClient(io, found, logins, isDebug), logins }
    },
  }
}

async function readSettings(io: CliIo, flags: GlobalFlags, isAnonymous = false): Promise<Settings> {
  const [{ settingSources }, { resolveSettings }] = await Promise.all([
    import('./setting-sources.ts'),
    import('./settings.ts'),
  ])
  return resolveSettings(await settingSources(flags, io), { isAnonymous })
}

/** Key pairs need no store, and their commands do not load it. */
async function storeOf(io: CliIo, settings: Settings): Promise<LoginStore | null> {
  if (settings.endpointType === 'api') return null
  return (await import('./login-store.ts')).createLoginStore(io)
}

/** The access key of who is logged in: it names the own sessions in lists. */
async function withLogin(io: CliIo, settings: Settings): Promise<Settings> {
  const logins = await storeOf(io, settings)
  if (!logins) return settings
  for (const endpoint of settings.endpoints) {
    const login = await logins.find(endpoint)
    if (login?.accessKey) return { ...settings, accessKey: login.accessKey }
  }
  const { usageError } = await import('./exit-code.ts')
  throw usageError(
    `You are not logged in at ${settings.endpoints.join(', ')}.`,
    '"backend.ai login" asks for your e-mail address and password.',
  )
}

async function openClient(
  io: CliIo,
  settings: Settings,
  logins: LoginStore | null,
  isDebug: boolean,
): Promise<Client> {
  const [{ createClient }, { createCliTransport }, { nodeCrypto }, { CliError, EXIT }] = await Promise.all([
    import('../client/client.ts'),
    import('./transport.ts'),
    import('./node-crypto.ts'),
    import('./exit-code.ts'),
  ])
  const plain = createCliTransport({
    skipSslCertValidation: settings.skipSslCertValidation,
    ...(isDebug ? { trace: (line: string) => io.stderr.write(`debug: ${line}\n`) } : {}),
  })
  const isLogin = logins !== null && settings.endpointType === 'session'
  const transport = isLogin
    ? (await import('./cookie-transport.ts')).cookieTransport(plain, settings.endpoints, jarOf(logins))
    : plain
  try {
    return createClient({ ...settings, transport, crypto: nodeCrypto, now: io.now, sleep: io.sleep })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const where = `The endpoint comes from: ${settings.sources.endpoint}.`
    throw new CliError(error.message, { exitCode: EXIT.usage, hints: [where] })
  }
}

const jarOf = (logins: LoginStore) => ({
  cookiesOf: async (endpoint: string) => (await logins.find(endpoint))?.cookies ?? {},
  changed: async (endpoint: string, cookies: Readonly<Record<string, string>>) => {
    const before = await logins.find(endpoint)
    const isOut = Object.keys(cookies).length === 0
    await logins.keep(
      endpoint,
      isOut ? null : { accessKey: before?.accessKey ?? '', cookies: { ...cookies } },
    )
  },
})
