import type { QuotaScope } from '../../client/admin/quota-scopes.ts'
import { commandGroup } from '../admin/command-group.ts'
import { finish } from '../admin/finish.ts'
import { bytes } from '../admin/option-values.ts'
import { showItem } from '../admin/show-item.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { CliError } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { sizeText } from '../sizes.ts'

export const defineAdminQuotaScope: Define = (parent, bind) => {
  const scope = commandGroup(parent, {
    name: 'quota-scope',
    summary: 'the space of a user or project on a storage host',
    examples: [
      'admin quota-scope get local:volume1 user:UUID',
      'admin quota-scope set local:volume1 user:UUID 100g',
    ],
  })

  subcommand(scope, {
    name: 'get',
    aliases: ['info'],
    summary: 'show usage and limit',
    examples: ['admin quota-scope get local:volume1 user:UUID'],
  })
    .argument('<HOST>', 'PROXY:VOLUME')
    .argument('<SCOPE>', 'user:UUID or project:UUID')
    .action(bind(({ context, args: [host = '', id = ''] }) => show(context, host, id)))

  subcommand(scope, {
    name: 'set',
    summary: 'set the limit',
    examples: ['admin quota-scope set local:volume1 user:UUID 100g'],
  })
    .argument('<HOST>', 'PROXY:VOLUME')
    .argument('<SCOPE>', 'user:UUID or project:UUID')
    .argument('<SIZE>', 'limit such as 100g', bytes)
    .action(
      bind(async ({ context, args: [host = '', id = '', size = ''] }) => {
        const limit = bytes(size)
        const made = await (await context.client()).quotaScopes.set(host, id, limit)
        if (made.details.hard_limit_bytes !== limit) {
          // Some storage answers well to limits that it cannot hold.
          context.out.warn(`${host} holds no such limit; "backend.ai admin storage info" tells what it can.`)
          return finish(context, { quota_scope: made }, 'The limit is passed on.')
        }
        return finish(context, { quota_scope: made }, `${id} may use ${sizeText(limit)} on ${host}.`)
      }),
    )

  subcommand(scope, {
    name: 'unset',
    summary: 'remove the limit',
    examples: ['admin quota-scope unset local:volume1 user:UUID'],
  })
    .argument('<HOST>', 'PROXY:VOLUME')
    .argument('<SCOPE>', 'user:UUID or project:UUID')
    .action(
      bind(async ({ context, args: [host = '', id = ''] }) => {
        await (await context.client()).quotaScopes.unset(host, id)
        return finish(context, {}, `${id} has no limit on ${host}.`)
      }),
    )
}

async function show(context: CommandContext, host: string, id: string): Promise<number> {
  const scope = await (await context.client()).quotaScopes.detail(host, id)
  if (!scope) {
    throw new CliError(`There is no scope "${id}" on ${host}.`, {
      hints: ['"backend.ai admin storage list" lists the hosts; scopes are user:UUID or project:UUID.'],
    })
  }
  return showItem(context, scope, fieldsOf(scope))
}

const fieldsOf = ({ quota_scope_id, storage_host_name, details }: QuotaScope): [string, string][] => [
  ['Scope', quota_scope_id],
  ['Host', storage_host_name],
  ['Used', details.usage_bytes === null ? '' : sizeText(details.usage_bytes)],
  ['Files', details.usage_count === null ? '' : String(details.usage_count)],
  ['Limit', details.hard_limit_bytes === null ? 'no limit' : sizeText(details.hard_limit_bytes)],
]
