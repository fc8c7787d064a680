import type { Define } from '../command-table.ts'
import { subcommand } from '../global-options.ts'
import { defineApp } from './app.ts'
import { defineApps } from './apps.ts'
import { defineDownload } from './download.ts'
import { defineEvents } from './events.ts'
import { defineExec } from './exec.ts'
import { defineInfo } from './info.ts'
import { defineLogs } from './logs.ts'
import { defineLs } from './ls.ts'
import { definePs } from './ps.ts'
import { defineRename } from './rename.ts'
import { defineRestart } from './restart.ts'
import { defineRm } from './rm.ts'
import { defineRun } from './run.ts'
import { defineScp } from './scp.ts'
import { defineSessionRecords } from './session-records.ts'
import { defineSsh } from './ssh.ts'
import { defineStart } from './start.ts'
import { defineStartTemplate } from './start-template.ts'
import { defineUpload } from './upload.ts'
import { defineWatch } from './watch.ts'

/** The commands of a session below one word, as in `session create` and `session list`. */
export const defineSession: Define = (parent, bind) => {
  const session = subcommand(parent, {
    name: 'session',
    usage: '<command>',
    summary: 'all session commands by their long names',
    examples: ['session create python', 'session list'],
  }).enablePositionalOptions()
  const all = [
    defineRun,
    defineStart,
    defineStartTemplate,
    definePs,
    defineInfo,
    defineLogs,
    defineExec,
    defineEvents,
    defineWatch,
    defineRestart,
    defineRename,
    defineRm,
    defineLs,
    defineUpload,
    defineDownload,
    defineApp,
    defineApps,
    defineSsh,
    defineScp,
    defineSessionRecords,
  ]
  for (const define of all) define(session, bind)
  session.commands.find((command) => command.name() === 'ps')?.alias('list')
}
