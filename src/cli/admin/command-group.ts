import type { Command } from 'commander'
import { type CommandSpec, subcommand } from '../global-options.ts'

/** A word that has commands below it. */
export const commandGroup = (parent: Command, spec: Omit<CommandSpec, 'usage'>): Command =>
  subcommand(parent, { ...spec, usage: '<command>' }).enablePositionalOptions()
