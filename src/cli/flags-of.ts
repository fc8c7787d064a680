import type { Command } from 'commander'
import type { GlobalFlags } from './setting-sources.ts'

const GLOBAL_NAMES = new WeakMap<Command, ReadonlySet<string>>()

/** Notes which options of a command are the global flags, as a command may give a name its own meaning. */
export function noteGlobalNames(command: Command, names: ReadonlySet<string>): void {
  GLOBAL_NAMES.set(command, names)
}

/** Global flags wherever they stand on the line: those of the command over those of its parents. */
export function flagsOf(command: Command): GlobalFlags & { quiet?: boolean } {
  const above = command.parent ? flagsOf(command.parent) : {}
  const names = GLOBAL_NAMES.get(command) ?? new Set<string>()
  const own = Object.entries(command.opts()).filter(([name]) => names.has(name) || name === 'quiet')
  return { ...above, ...Object.fromEntries(own) }
}
