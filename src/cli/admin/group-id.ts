import type { CommandContext } from '../command-context.ts'
import { CliError } from '../exit-code.ts'
import { isUuid } from '../session/event-query.ts'
import { findNamed } from './noun.ts'
import { GROUP } from './nouns.ts'

/** The id of a project that is named by it or by its name. */
export async function groupId(context: CommandContext, idOrName: string): Promise<string> {
  if (isUuid(idOrName)) return idOrName
  const { groups } = await context.client()
  const found = await groups.byName(idOrName, { fields: ['id', 'domain_name'] })
  if (found.length > 1) {
    throw new CliError(`There are several projects "${idOrName}".`, {
      hints: found.map(({ id, domain_name }) => `${id}  in domain ${domain_name}`),
    })
  }
  return (await findNamed(context, GROUP, idOrName, async () => found[0])).id
}
