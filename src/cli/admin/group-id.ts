import type { CommandContext } from '../command-context.ts'
import { CliError } from '../exit-code.ts'
import { isUuid } from '../session/event-query.ts'
import { known } from './noun.ts'
import { GROUP } from './nouns.ts'

/** The id of a project that is named by it or by its name. */
export async function groupId(context: CommandContext, idOrName: string): Promise<string> {
  if (isUuid(idOrName)) return idOrName
  const client = await context.client()
  const found = await client.groups.byName(idOrName, { fields: ['id', 'domain_name'] })
  if (found.length > 1) {
    throw new CliError(`There are several projects "${idOrName}".`, {
      hints: found.map(({ id, domain_name }) => `${id}  in domain ${domain_name}`),
    })
  }
  return (await known(context, GROUP, idOrName, found[0])).id
}
