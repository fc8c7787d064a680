import type { Define } from '../command-table.ts'
import { subcommand } from '../global-options.ts'
import { createProgress } from '../progress.ts'
import { reportStart } from '../session/report-start.ts'
import { addSessionOptions, type SessionFlags } from '../session/session-flags.ts'
import { sessionOptions } from '../session/session-options.ts'
import { startSession } from '../session/start-session.ts'

interface StartFlags extends SessionFlags {
  quiet?: boolean
}

export const defineStart: Define = (parent, bind) => {
  const command = subcommand(parent, {
    name: 'start',
    aliases: ['create'],
    summary: 'start a session',
    examples: ['start -t mysession -r cpu=2 -r mem=4g python'],
  })
    .argument('<IMAGE>', 'image reference or alias, such as python')
    .option('-q, --quiet', 'print only the id of the session')
  addSessionOptions(command).action(
    bind<StartFlags>(async ({ context, options, args }) => {
      const { out, io } = context
      const client = await context.client()
      const wanted = await sessionOptions(args[0] ?? '', options, await context.settings(), io.cwd)
      const name = wanted.name ?? `session-${crypto.randomUUID().slice(0, 8)}`
      const progress = createProgress(io, { isSilent: out.isJson || out.isQuiet })
      const session = await startSession(client, { ...wanted, name }, progress, context).catch((error) => {
        if (context.signal.aborted) out.info(`Session ${name} is left; "backend.ai rm ${name}" ends it.`)
        throw error
      })
      if (out.isJson) out.json(session)
      else out.text(session.sessionId)
      return reportStart(context, name, session)
    }),
  )
}
