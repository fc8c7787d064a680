import type { Command } from 'commander'
import type { Action, CommandContext } from './command-context.ts'
import { flagsOf } from './flags-of.ts'
import type { GlobalFlags } from './setting-sources.ts'

/** Turns an action into what commander calls. */
export type Bind = <Options>(action: Action<Options>) => (this: Command) => Promise<void>

export interface Binding {
  bind: Bind
  /** Exit code of the action that ran. */
  exitCode(): number
}

/** `open` makes the context from the flags, wherever on the line they stand. */
export function createBinding(open: (flags: GlobalFlags & { quiet?: boolean }) => CommandContext): Binding {
  let exitCode = 0
  return {
    exitCode: () => exitCode,
    bind: <Options>(action: Action<Options>) =>
      async function run(this: Command): Promise<void> {
        const context = open(flagsOf(this))
        // The shape of the options is what the command's own file declares.
        const options = this.opts() as Options
        exitCode = (await action({ context, options, args: this.args })) ?? 0
      },
  }
}
