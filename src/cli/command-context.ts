import type { Client } from '../client/client.ts'
import type { CliIo } from './cli-io.ts'
import type { LoginStore } from './login-store.ts'
import type { Output } from './output.ts'
import type { GlobalFlags } from './setting-sources.ts'
import type { Settings } from './settings.ts'

/** What a command's action works with. */
export interface CommandContext {
  readonly io: CliIo
  readonly out: Output
  readonly flags: GlobalFlags
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal
  /** @throws CliError (usage) when there is no key pair, or nobody is logged in at the webserver. */
  settings(): Promise<Settings>
  client(): Promise<Client>
  /** Whether a command has asked for the client. */
  readonly isConnected: boolean
  /** For what needs neither key pair nor login. */
  anonymous(): Promise<{ settings: Settings; client: Client; logins: LoginStore }>
}

/** Options by their camel-case names, operands in order. */
export interface Invocation<Options> {
  context: CommandContext
  options: Options
  args: readonly string[]
}

/** What an action returns becomes the exit code; nothing means 0. */
export type Action<Options> = (invocation: Invocation<Options>) => Promise<number | undefined>
