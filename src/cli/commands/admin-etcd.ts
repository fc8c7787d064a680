import { commandGroup } from '../admin/command-group.ts'
import { finish } from '../admin/finish.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { CliError, EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'

export const defineAdminEtcd: Define = (parent, bind) => {
  const etcd = commandGroup(parent, {
    name: 'etcd',
    summary: 'the shared configuration, by its keys',
    examples: ['admin etcd get -p config/plugins', 'admin etcd set volumes/default_host local:volume1'],
  })

  subcommand(etcd, {
    name: 'get',
    summary: 'show the value of a key',
    examples: ['admin etcd get volumes/default_host', 'admin etcd get -p volumes'],
  })
    .argument('<KEY>', 'such as volumes/default_host')
    .option('-p, --prefix', 'everything below the key, as JSON')
    .action(
      bind<{ prefix?: boolean }>(({ context, options, args: [key = ''] }) => get(context, key, options)),
    )

  subcommand(etcd, {
    name: 'set',
    summary: 'set the value of a key',
    examples: ['admin etcd set volumes/default_host local:volume1'],
  })
    .argument('<KEY>', 'such as volumes/default_host')
    .argument('<VALUE>', 'its text')
    .action(
      bind(async ({ context, args: [key = '', value = ''] }) => {
        await (await context.client()).etcdConfig.set(key, value)
        return finish(context, { key, value }, `${key} is set.`)
      }),
    )

  subcommand(etcd, {
    name: 'delete',
    summary: 'remove a key',
    examples: ['admin etcd delete config/old', 'admin etcd delete -p config/old'],
  })
    .argument('<KEY>', 'such as volumes/default_host')
    .option('-p, --prefix', 'with everything below it')
    .action(
      bind<{ prefix?: boolean }>(async ({ context, options, args: [key = ''] }) => {
        await (await context.client()).etcdConfig.delete(key, options)
        return finish(context, { key }, `${key} is removed.`)
      }),
    )
}

async function get(
  { client, out }: CommandContext,
  key: string,
  options: { prefix?: boolean },
): Promise<number> {
  const value = await (await client()).etcdConfig.get(key, options)
  if (value === null) {
    throw new CliError(`There is no key "${key}".`, {
      hints: options.prefix ? [] : ['-p shows what is below it.'],
    })
  }
  if (out.isJson) out.json(value)
  else out.text(typeof value === 'string' ? value : JSON.stringify(value, null, 2))
  return EXIT.ok
}
