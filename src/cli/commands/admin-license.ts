import type { License } from '../../client/admin/license.ts'
import { ApiError } from '../../client/errors.ts'
import { commandGroup } from '../admin/command-group.ts'
import { showItem } from '../admin/show-item.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { CliError } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'

export const defineAdminLicense: Define = (parent, bind) => {
  const license = commandGroup(parent, {
    name: 'license',
    summary: 'the license, where a plugin asks for one',
    examples: ['admin license show'],
  })
  subcommand(license, {
    name: 'show',
    summary: 'show the license',
    examples: ['admin license show'],
  }).action(
    bind(async ({ context }) => {
      const found = await read(context)
      return showItem(context, found, [
        ['Status', found.status],
        ...Object.entries(found.certificate).map(([name, value]) => [name, String(value)] as const),
      ])
    }),
  )
}

async function read(context: CommandContext): Promise<License> {
  try {
    return await (await context.client()).license()
  } catch (error) {
    if (!(error instanceof ApiError) || error.kind !== 'url-not-found') throw error
    throw new CliError('This cluster needs no license: its manager has no plugin for it.', { cause: error })
  }
}
