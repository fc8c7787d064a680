import type { CommandContext } from '../command-context.ts'
import { EXIT } from '../exit-code.ts'

/** Ends a command that changed something: says so, or prints `{ok: true, …}`. */
export function finish({ out }: CommandContext, result: object, message: string): number {
  if (out.isJson) out.json({ ok: true, ...result })
  out.done(message)
  return EXIT.ok
}
