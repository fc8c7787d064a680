import type { Command } from 'commander'
import type { Bind } from './bind.ts'

/** Adds commands to their parent. */
export type Define = (parent: Command, bind: Bind) => void

export interface CommandEntry {
  name: string
  aliases?: readonly string[]
  /** One line of `--help`. */
  summary: string
  group: 'Sessions' | 'Files' | 'Administration' | 'Other'
  load: () => Promise<Define>
}

/** Every first word of the command line; its file is loaded only when it is the one that was typed. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'run',
    summary: 'run code in a session',
    group: 'Sessions',
    load: async () => (await import('./commands/run.ts')).defineRun,
  },
  {
    name: 'start',
    aliases: ['create'],
    summary: 'start a session',
    group: 'Sessions',
    load: async () => (await import('./commands/start.ts')).defineStart,
  },
  {
    name: 'ps',
    summary: 'list your sessions',
    group: 'Sessions',
    load: async () => (await import('./commands/ps.ts')).definePs,
  },
  {
    name: 'info',
    summary: 'show everything about a session',
    group: 'Sessions',
    load: async () => (await import('./commands/info.ts')).defineInfo,
  },
  {
    name: 'logs',
    summary: 'print what a session has written',
    group: 'Sessions',
    load: async () => (await import('./commands/logs.ts')).defineLogs,
  },
  {
    name: 'exec',
    summary: 'open a shell, or run a command, in a session',
    group: 'Sessions',
    load: async () => (await import('./commands/exec.ts')).defineExec,
  },
  {
    name: 'events',
    summary: 'print the life-cycle events of sessions',
    group: 'Sessions',
    load: async () => (await import('./commands/events.ts')).defineEvents,
  },
  {
    name: 'watch',
    summary: 'wait for a session to end, with its exit code',
    group: 'Sessions',
    load: async () => (await import('./commands/watch.ts')).defineWatch,
  },
  {
    name: 'restart',
    summary: 'restart sessions',
    group: 'Sessions',
    load: async () => (await import('./commands/restart.ts')).defineRestart,
  },
  {
    name: 'rename',
    summary: 'give a session another name',
    group: 'Sessions',
    load: async () => (await import('./commands/rename.ts')).defineRename,
  },
  {
    name: 'rm',
    aliases: ['destroy', 'terminate', 'kill'],
    summary: 'end sessions, or cancel pending ones',
    group: 'Sessions',
    load: async () => (await import('./commands/rm.ts')).defineRm,
  },
  {
    name: 'session',
    summary: 'all session commands by their long names',
    group: 'Sessions',
    load: async () => (await import('./commands/session.ts')).defineSession,
  },
  {
    name: 'ls',
    summary: 'list files in a session',
    group: 'Files',
    load: async () => (await import('./commands/ls.ts')).defineLs,
  },
  {
    name: 'upload',
    summary: 'copy files into a session',
    group: 'Files',
    load: async () => (await import('./commands/upload.ts')).defineUpload,
  },
  {
    name: 'download',
    summary: 'copy files out of a session',
    group: 'Files',
    load: async () => (await import('./commands/download.ts')).defineDownload,
  },
  {
    name: 'admin',
    summary: 'agents, images and the sessions of everybody',
    group: 'Administration',
    load: async () => (await import('./commands/admin.ts')).defineAdmin,
  },
  {
    name: 'gql',
    summary: 'send a GraphQL document',
    group: 'Administration',
    load: async () => (await import('./commands/gql.ts')).defineGql,
  },
  {
    name: 'config',
    summary: 'show settings and whether the server answers',
    group: 'Other',
    load: async () => (await import('./commands/config.ts')).defineConfig,
  },
  {
    name: 'completion',
    summary: 'print a completion script for your shell',
    group: 'Other',
    load: async () => (await import('./commands/completion.ts')).defineCompletion,
  },
]

export const findCommand = (word: string): CommandEntry | undefined =>
  COMMANDS.find((entry) => entry.name === word || entry.aliases?.includes(word))
