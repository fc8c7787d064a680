import type { Define } from '../command-table.ts'
import { subcommand } from '../global-options.ts'
import { addListOptions, type ListFlags, listSessions } from '../session/list-sessions.ts'
import { defineAdminAgent } from './admin-agent.ts'
import { defineAdminImage } from './admin-image.ts'

export const defineAdmin: Define = (parent, bind) => {
  const admin = subcommand(parent, {
    name: 'admin',
    usage: '<command>',
    summary: 'agents, images and the sessions of everybody',
    examples: ['admin agent list', 'admin session list --all', 'admin image list'],
  }).enablePositionalOptions()
  defineAdminAgent(admin, bind)
  defineAdminImage(admin, bind)
  defineAdminSession(admin, bind)
}

const defineAdminSession: Define = (parent, bind) => {
  const session = subcommand(parent, {
    name: 'session',
    usage: '<command>',
    summary: 'sessions of everybody',
    examples: ['admin session list --running'],
  }).enablePositionalOptions()
  const list = subcommand(session, {
    name: 'list',
    summary: 'list the sessions of everybody, or of one access key',
    examples: ['admin session list --running', 'admin session list --access-key AKIA…'],
    ownFlags: ['--access-key'],
  }).option('--access-key <KEY>', 'only sessions of this owner')
  addListOptions(list).action(
    bind<ListFlags & { accessKey?: string }>(({ context, options }) =>
      listSessions(context, options, options.accessKey),
    ),
  )
}
