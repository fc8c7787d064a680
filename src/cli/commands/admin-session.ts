import { commandGroup } from '../admin/command-group.ts'
import type { Define } from '../command-table.ts'
import { subcommand } from '../global-options.ts'
import { addListOptions, type ListFlags, listSessions } from '../session/list-sessions.ts'
import { defineInfo } from './info.ts'

export const defineAdminSession: Define = (parent, bind) => {
  const session = commandGroup(parent, {
    name: 'session',
    summary: 'sessions of everybody',
    examples: ['admin session list --running'],
  })
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
  defineInfo(session, bind)
}
