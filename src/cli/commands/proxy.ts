import { once } from 'node:events'
import { createSigner } from '../../client/signer.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { EXIT, usageError } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { wholeNumber } from '../list/list-flags.ts'
import { nodeCrypto } from '../node-crypto.ts'
import { openSigningProxy } from '../proxy/signing-proxy.ts'
import { listenError } from './app.ts'

interface ProxyFlags {
  bind: string
  port: number
}

export const defineProxy: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'proxy',
    summary: 'sign the requests of programs that cannot',
    examples: ['proxy', 'proxy -p 0 --json'],
  })
    .option('--bind <HOST>', 'where to listen', 'localhost')
    .option('-p, --port <PORT>', 'TCP port; 0 takes a free one', wholeNumber, 8084)
    .action(bind<ProxyFlags>(({ context, options }) => serve(context, options)))
}

async function serve(context: CommandContext, flags: ProxyFlags): Promise<number> {
  const { out, io, signal } = context
  const settings = await context.settings()
  if (settings.endpointType === 'session') {
    throw usageError('A proxy signs with a key pair.', 'Set BACKEND_ENDPOINT_TYPE=api and the key pair.')
  }
  const client = await context.client()
  const { version } = await client.system.version()
  const host = flags.bind === 'localhost' ? '127.0.0.1' : flags.bind
  await using proxy = await openSigningProxy({
    endpoints: settings.endpoints.map((endpoint) => new URL(endpoint)),
    sign: createSigner(settings.accessKey, settings.secretKey, nodeCrypto),
    version,
    domain: settings.domain,
    now: io.now,
    skipSslCertValidation: settings.skipSslCertValidation,
    host,
    port: flags.port,
    trace: (line) => out.info(line),
  }).catch((error: unknown) => {
    throw listenError(error, { host, port: flags.port }, '-p')
  })
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${proxy.port}`
  if (out.isJson) out.json({ url })
  else out.text(url)
  out.warn('Whoever reaches this address acts as you: keep it to this machine. Ctrl-C ends it.')
  if (!signal.aborted) await once(signal, 'abort')
  return EXIT.ok
}
