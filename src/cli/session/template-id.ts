import type { Templates } from '../../client/session-templates.ts'
import type { CommandContext } from '../command-context.ts'
import { CliError, usageError } from '../exit-code.ts'
import { closest } from './closest.ts'
import { isUuid } from './event-query.ts'

/**
 * The id of a template that is named by it or by its name.
 * @throws CliError when there is none of that name, or several.
 */
export async function templateId(
  { signal }: Pick<CommandContext, 'signal'>,
  templates: Pick<Templates, 'list'>,
  template: string,
  ownerAccessKey?: string,
): Promise<string> {
  if (isUuid(template)) return template
  const list = await templates.list(ownerAccessKey ? { ownerAccessKey, isAll: true } : {}, signal)
  const matches = list.filter(({ id, name }) => name === template || id === template)
  if (matches.length > 1) {
    throw usageError(
      `${matches.length} templates are named "${template}"; name one by its id:`,
      ...matches.map(({ id, user_email, group_name }) =>
        [id, user_email, group_name].filter(Boolean).join('  '),
      ),
    )
  }
  const [match] = matches
  if (match) return match.id
  const close = closest(
    template,
    list.map(({ name }) => name),
  )
  const hint =
    close.length > 0 ? `Did you mean: ${close.join(', ')}?` : '"backend.ai session-template list" shows them.'
  throw new CliError(`There is no template "${template}".`, { hints: [hint] })
}
