import { type Command, Option } from 'commander'
import type { Client } from '../../client/client.ts'
import type { Templates } from '../../client/session-templates.ts'
import type { Bind } from '../bind.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { confirm } from '../confirm.ts'
import { EXIT, usageError } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { readInput } from '../read-input.ts'
import { templateId } from '../session/template-id.ts'
import { ownerOption } from '../spelled-option.ts'
import { ago } from '../times.ts'

interface OwnerFlags {
  owner?: string
}

interface WriteFlags extends OwnerFlags {
  file?: string
  domain?: string
  group?: string
}

export const defineSessionTemplate: Define = (parent, bind) => {
  const group = subcommand(parent, {
    name: 'session-template',
    aliases: ['sesstpl'],
    usage: '<command>',
    summary: 'kept parameters of sessions',
    examples: ['sesstpl create -f template.yaml', 'start-template ID'],
  }).enablePositionalOptions()
  defineTemplateCommands(group, bind, 'session-template', (client) => client.sessionTemplates)
}

export const defineClusterTemplate: Define = (parent, bind) => {
  const group = subcommand(parent, {
    name: 'cluster-template',
    usage: '<command>',
    summary: 'kept parameters of sessions of several containers',
    examples: ['cluster-template create -f cluster.yaml'],
  }).enablePositionalOptions()
  defineTemplateCommands(group, bind, 'cluster-template', (client) => client.clusterTemplates)
}

function defineTemplateCommands(
  group: Command,
  bind: Bind,
  word: string,
  templatesOf: (client: Client) => Templates,
): void {
  const templates = async (context: CommandContext): Promise<Templates> => templatesOf(await context.client())

  /** The templates, and the id of the one that is meant. */
  const named = async (
    context: CommandContext,
    template: string,
    owner: string | undefined,
  ): Promise<[Templates, string]> => {
    const all = await templates(context)
    return [all, await templateId(context, all, template, owner)]
  }

  subcommand(group, {
    name: 'create',
    summary: 'keep a template, or several of one file',
    examples: [`${word} create -f template.yaml`, `${word} create < template.yaml`],
  })
    .option('-f, --file <FILE>', 'YAML or JSON; standard input by default')
    .option('-d, --domain <NAME>', 'domain')
    .option('-g, --group <NAME>', 'project')
    .addOption(ownerOption())
    .action(
      bind<WriteFlags>(async ({ context, options }) => {
        const document = await documentOf(context, options.file)
        const created = await (await templates(context)).create(document, ownerOf(options))
        if (context.out.isJson) context.out.json(created)
        else context.out.text(created.map(({ id }) => id).join('\n'))
        context.out.done(`Kept ${created.length} template${created.length === 1 ? '' : 's'}.`)
        return EXIT.ok
      }),
    )

  subcommand(group, { name: 'list', summary: 'list templates', examples: [`${word} list`] })
    .option('-a, --list-all', 'those of everybody (administrators)')
    .action(
      bind<{ listAll?: boolean }>(async ({ context, options }) => {
        const list = await (await templates(context)).list(
          { isAll: options.listAll === true },
          context.signal,
        )
        const { out, io } = context
        if (out.isJson) out.json({ items: list, total_count: list.length })
        else if (list.length === 0) out.info('There are no templates.')
        else
          out.table(
            [{ title: 'ID' }, { title: 'NAME', min: 8 }, { title: 'OWNER', min: 8 }, { title: 'CREATED' }],
            list.map((each) => [
              each.id,
              each.name,
              each.is_owner ? 'you' : (each.user_email ?? each.group_name ?? each.user ?? each.group ?? ''),
              ago(each.created_at, io.now()) || each.created_at,
            ]),
          )
        return EXIT.ok
      }),
    )

  subcommand(group, { name: 'get', summary: 'print a template', examples: [`${word} get ID -f json`] })
    .argument('<TEMPLATE>', 'name or id')
    .addOption(
      new Option('-f, --format <FORMAT>', 'of the document').choices(['yaml', 'json']).default('yaml'),
    )
    .addOption(ownerOption())
    .action(
      bind<OwnerFlags & { format: 'yaml' | 'json' }>(async ({ context, options, args: [template = ''] }) => {
        const [all, id] = await named(context, template, options.owner)
        const owner = options.owner ? { ownerAccessKey: options.owner } : {}
        const format = context.out.isJson ? 'json' : options.format
        context.out.text(await all.get(id, { format, ...owner }))
        return EXIT.ok
      }),
    )

  subcommand(group, {
    name: 'update',
    summary: 'replace a template',
    examples: [`${word} update ID -f template.yaml`],
  })
    .argument('<TEMPLATE>', 'name or id')
    .option('-f, --file <FILE>', 'YAML or JSON; standard input by default')
    .addOption(ownerOption())
    .action(
      bind<WriteFlags>(async ({ context, options, args: [template = ''] }) => {
        const document = await documentOf(context, options.file)
        const [all, id] = await named(context, template, options.owner)
        await all.update(id, document, ownerOf(options))
        if (context.out.isJson) context.out.json({ id })
        context.out.done(`Template ${id} is replaced.`)
        return EXIT.ok
      }),
    )

  subcommand(group, { name: 'delete', summary: 'delete a template', examples: [`${word} delete ID`] })
    .argument('<TEMPLATE>', 'name or id')
    .option('-f, --force', 'do not ask')
    .addOption(ownerOption())
    .action(
      bind<OwnerFlags & { force?: boolean }>(async ({ context, options, args: [template = ''] }) => {
        const [all, id] = await named(context, template, options.owner)
        if (!options.force) await confirm(context, `Delete the template ${template}?`)
        await all.delete(id, options.owner ? { ownerAccessKey: options.owner } : {})
        if (context.out.isJson) context.out.json({ id })
        context.out.done(`Template ${id} is deleted.`)
        return EXIT.ok
      }),
    )
}

const ownerOf = ({ owner, domain, group }: WriteFlags) => ({
  ...(owner ? { ownerAccessKey: owner } : {}),
  ...(domain ? { domain } : {}),
  ...(group ? { group } : {}),
})

async function documentOf(context: CommandContext, file: string | undefined): Promise<string> {
  const text = await readInput(context, file)
  if (text.trim() === '') throw usageError('The template is empty.', 'Give a YAML or JSON file with -f.')
  return text
}
