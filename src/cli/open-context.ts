import type { Client } from '../client/client.ts'
import type { CliIo } from './cli-io.ts'
import type { CommandContext } from './command-context.ts'
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
  let settings: Promise<Settings> | null = null
  let client: Promise<Client> | null = null
  const getSettings = (): Promise<Settings> => {
    settings ??= readSettings(io, flags)
    return settings
  }
  return {
    io,
    flags,
    signal,
    out: createOutput(io, { isJson, isQuiet: flags.quiet === true }),
    settings: getSettings,
    client: () => {
      client ??= getSettings().then((found) => openClient(io, found, flags.debug === true))
      return client
    },
  }
}

async function readSettings(io: CliIo, flags: GlobalFlags): Promise<Settings> {
  const [{ settingSources }, { resolveSettings }] = await Promise.all([
    import('./setting-sources.ts'),
    import('./settings.ts'),
  ])
  return resolveSettings(await settingSources(flags, io))
}

async function openClient(io: CliIo, settings: Settings, isDebug: boolean): Promise<Client> {
  const [{ createClient }, { createCliTransport }, { nodeCrypto }, { CliError, EXIT }] = await Promise.all([
    import('../client/client.ts'),
    import('./transport.ts'),
    import('./node-crypto.ts'),
    import('./exit-code.ts'),
  ])
  const transport = createCliTransport({
    skipSslCertValidation: settings.skipSslCertValidation,
    ...(isDebug ? { trace: (line: string) => io.stderr.write(`debug: ${line}\n`) } : {}),
  })
  try {
    return createClient({ ...settings, transport, crypto: nodeCrypto, now: io.now, sleep: io.sleep })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const where = `The endpoint comes from: ${settings.sources.endpoint}.`
    throw new CliError(error.message, { exitCode: EXIT.usage, hints: [where] })
  }
}
