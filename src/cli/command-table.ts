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
    name: 'start-template',
    aliases: ['create-from-template', 'start-from-template'],
    summary: 'start a session by a template',
    group: 'Sessions',
    load: async () => (await import('./commands/start-template.ts')).defineStartTemplate,
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
    name: 'app',
    summary: 'make an app of a session reachable at an address here',
    group: 'Sessions',
    load: async () => (await import('./commands/app.ts')).defineApp,
  },
  {
    name: 'apps',
    summary: 'list the apps of a session',
    group: 'Sessions',
    load: async () => (await import('./commands/apps.ts')).defineApps,
  },
  {
    name: 'ssh',
    summary: 'log in to a session by SSH',
    group: 'Sessions',
    load: async () => (await import('./commands/ssh.ts')).defineSsh,
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
    name: 'task-logs',
    summary: 'print what a batch session has printed, also after its end',
    group: 'Sessions',
    load: async () => (await import('./commands/task-logs.ts')).defineTaskLogs,
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
    name: 'session-template',
    aliases: ['sesstpl'],
    summary: 'kept parameters of sessions',
    group: 'Sessions',
    load: async () => (await import('./commands/session-template.ts')).defineSessionTemplate,
  },
  {
    name: 'cluster-template',
    summary: 'kept parameters of sessions of several containers',
    group: 'Sessions',
    load: async () => (await import('./commands/session-template.ts')).defineClusterTemplate,
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
    name: 'scp',
    summary: 'copy files into or out of a session by SSH',
    group: 'Files',
    load: async () => (await import('./commands/scp.ts')).defineScp,
  },
  {
    name: 'vfolder',
    summary: 'folders that outlive sessions',
    group: 'Files',
    load: async () => (await import('./commands/vfolder.ts')).defineVfolder,
  },
  {
    name: 'dotfile',
    summary: 'files that every new session finds in its home directory',
    group: 'Files',
    load: async () => (await import('./commands/dotfile.ts')).defineDotfile,
  },
  {
    name: 'admin',
    summary: 'people, projects, machines and sessions of everybody',
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
    name: 'login',
    summary: 'log in at a webserver (BACKEND_ENDPOINT_TYPE=session)',
    group: 'Other',
    load: async () => (await import('./commands/login.ts')).defineLogin,
  },
  {
    name: 'logout',
    summary: 'end the login at a webserver',
    group: 'Other',
    load: async () => (await import('./commands/logout.ts')).defineLogout,
  },
  {
    name: 'update-password',
    summary: 'change your password',
    group: 'Other',
    load: async () => (await import('./commands/update-password.ts')).defineUpdatePassword,
  },
  {
    name: 'update-password-no-auth',
    summary: 'renew a password that has expired',
    group: 'Other',
    load: async () => (await import('./commands/update-password-no-auth.ts')).defineUpdatePasswordNoAuth,
  },
  {
    name: 'ssh-keypair',
    summary: 'the SSH key that your sessions trust',
    group: 'Other',
    load: async () => (await import('./commands/ssh-keypair.ts')).defineSshKeypair,
  },
  {
    name: 'resource',
    summary: 'what sessions may use, and what is left of it',
    group: 'Other',
    load: async () => (await import('./commands/resource.ts')).defineResource,
  },
  {
    name: 'task',
    summary: 'work that the server does in the background',
    group: 'Other',
    load: async () => (await import('./commands/task.ts')).defineTask,
  },
  {
    name: 'announcement',
    summary: 'print what the administrators announce',
    group: 'Other',
    load: async () => (await import('./commands/announcement.ts')).defineAnnouncement,
  },
  {
    name: 'server-logs',
    summary: 'errors that servers and clients have reported',
    group: 'Other',
    load: async () => (await import('./commands/server-logs.ts')).defineServerLogs,
  },
  {
    name: 'proxy',
    summary: 'sign the requests of programs that cannot',
    group: 'Other',
    load: async () => (await import('./commands/proxy.ts')).defineProxy,
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
