import { Option } from 'commander'
import type { Define } from '../command-table.ts'
import { subcommand } from '../global-options.ts'
import { createProgress } from '../progress.ts'
import { reportStart } from '../session/report-start.ts'
import { addSessionOptions } from '../session/session-flags.ts'
import { showStart } from '../session/start-session.ts'
import { templateId } from '../session/template-id.ts'
import { type TemplateFlags, templateOverrides } from '../session/template-overrides.ts'

interface StartFlags extends TemplateFlags {
  quiet?: boolean
}

export const defineStartTemplate: Define = (parent, bind) => {
  const command = subcommand(parent, {
    name: 'start-template',
    aliases: ['create-from-template', 'start-from-template'],
    summary: 'start a session by a template',
    examples: ['start-template TEMPLATE', 'start-template -t mysession -r mem=8g TEMPLATE'],
  })
    .argument('<TEMPLATE>', 'name or id of the template')
    .option('-q, --quiet', 'print only the id of the session')
    .option('-i, --image <IMAGE>', 'another image than the one of the template')
    .addOption(negated('--no-mount', 'mounts', 'without the mounts of the template'))
    .addOption(negated('--no-env', 'envs', 'without its environment variables'))
    .addOption(negated('--no-resource', 'slots', 'without its resources'))
  addSessionOptions(command).action(
    bind<StartFlags>(async ({ context, options, args: [template = ''] }) => {
      const { out, io, signal } = context
      const client = await context.client()
      const overrides = await templateOverrides(options, await context.settings(), io.cwd)
      const id = await templateId(context, client.sessionTemplates, template, options.owner)
      const name = overrides.name ?? `session-${crypto.randomUUID().slice(0, 8)}`
      const progress = createProgress(io, { isSilent: out.isJson || out.isQuiet })
      const request = () => client.sessions.createFromTemplate(id, { ...overrides, name }, signal)
      const session = await showStart(client, { ...overrides, name }, request, progress, context)
      if (out.isJson) out.json(session)
      else out.text(session.sessionId)
      return reportStart(context, name, session)
    }),
  )
}

/** `--no-mount` beside `--mount`: two options of different meaning, so the first has a name of its own. */
function negated(flag: string, name: string, description: string): Option {
  const option = new Option(flag, description).default(true)
  option.attributeName = () => name
  return option
}
