import { once } from 'node:events'
import { Option } from 'commander'
import type { AppStart } from '../../client/session-apps.ts'
import { openTunnel } from '../app/app-tunnel.ts'
import { type BindAddress, bindAddress, LOCAL_8080 } from '../app/bind-address.ts'
import { appAddress, knownApp } from '../app/known-app.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { EXIT, usageError } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { onSession } from '../session/known-session.ts'
import { collect } from '../session/session-flags.ts'
import { pairs } from '../session/session-options.ts'
import { ownerOption } from '../spelled-option.ts'

interface AppFlags {
  bind: BindAddress
  port?: number
  arg?: string[]
  env?: string[]
  owner?: string
}

export const defineApp: Define = (parent, bind) => {
  subcommand(parent, {
    name: 'app',
    summary: 'make an app of a session reachable at an address here',
    examples: ['app mysession jupyter -b 9900', 'app mysession ttyd'],
  })
    .argument('<SESSION>', 'name or id')
    .argument('<APP>', 'one of those that "apps" lists; NAME:PORT for one of its ports')
    .addOption(
      new Option('-b, --bind <[HOST:]PORT>', 'where to listen')
        .argParser(bindAddress)
        .default(LOCAL_8080, '127.0.0.1:8080'),
    )
    .option('--arg <TEXT>', 'argument of the app: "--option value" (repeatable)', collect)
    .option('-e, --env <KEY=VALUE>', 'environment variable of the app (repeatable)', collect)
    .addOption(ownerOption())
    .action(
      bind<AppFlags>(({ context, options, args: [session = '', app = ''] }) =>
        onSession(context, session, () => serve(context, session, app, options)),
      ),
    )
}

async function serve(
  context: CommandContext,
  session: string,
  word: string,
  flags: AppFlags,
): Promise<number> {
  const { out, signal } = context
  const client = await context.client()
  const [name = '', port] = word.split(':')
  const ref = { ownerAccessKey: flags.owner, signal }
  const app = await knownApp(client, session, name, ref)
  const start: AppStart = {
    ...(port ? { port: Number(port) } : {}),
    ...(flags.env ? { envs: pairs(flags.env, '-e') } : {}),
    ...(flags.arg ? { arguments: appArguments(flags.arg) } : {}),
  }
  await using tunnel = await openTunnel(
    client,
    { session, app: name, start, ownerAccessKey: flags.owner },
    {
      ...flags.bind,
      onFailure: (error) => out.warn(`${name}: ${error instanceof Error ? error.message : String(error)}`),
    },
  ).catch((error: unknown) => {
    throw listenError(error, flags.bind, '-b')
  })
  const address = appAddress(app, tunnel.host, tunnel.port)
  if (out.isJson) out.json({ session, app: name, host: tunnel.host, port: tunnel.port, url: address })
  else out.text(address)
  out.done(`${name} of ${session} is here until Ctrl-C.`)
  if (!signal.aborted) await once(signal, 'abort')
  // Ctrl-C is how it is meant to end.
  return EXIT.ok
}

/** What to tell of an address that cannot be listened on; `flag` names another one. */
export function listenError(error: unknown, { host, port }: BindAddress, flag: string): Error {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  if (code === 'EADDRINUSE')
    return usageError(`${host}:${port} is in use.`, `Choose another one with ${flag}.`)
  if (code === 'EACCES')
    return usageError(`${host}:${port} needs more privileges.`, 'Choose a port from 1024.')
  return error instanceof Error ? error : new Error(String(error))
}

/** `--name value` and `--flag`, as the app's own command line has them. */
export function appArguments(words: readonly string[]): Record<string, string | string[] | null> {
  const found: Record<string, string | string[] | null> = {}
  for (const word of words) {
    const match = /^(\S+?)(?:[\s=]+(.*))?$/s.exec(word.trim())
    if (!match?.[1]) throw usageError(`--arg ${word}: expected "--OPTION VALUE".`)
    const [, name, value = null] = match
    const before = found[name]
    if (value === null) found[name] = null
    else
      found[name] =
        typeof before === 'string' ? [before, value] : Array.isArray(before) ? [...before, value] : value
  }
  return found
}
