import type { Command } from 'commander'
import type { DotfileScope } from '../../client/dotfiles.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { confirm } from '../confirm.ts'
import { EXIT, usageError } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { readInput } from '../read-input.ts'
import { sizeText } from '../sizes.ts'
import { ownerOption } from '../spelled-option.ts'

interface ScopeFlags {
  owner?: string
  domain?: string
  group?: string
}

interface WriteFlags extends ScopeFlags {
  perm: string
  file?: string
}

export const defineDotfile: Define = (parent, bind) => {
  const dotfile = subcommand(parent, {
    name: 'dotfile',
    usage: '<command>',
    summary: 'files that every new session finds in its home directory',
    examples: ['dotfile create .vimrc < ~/.vimrc', 'dotfile list'],
  }).enablePositionalOptions()

  const create = subcommand(dotfile, {
    name: 'create',
    summary: 'keep a file for new sessions',
    examples: ['dotfile create .aws/config < ~/.aws/config', 'dotfile create -f my.sh --perm 755 .profile'],
  }).argument('<PATH>', 'relative to the home directory')
  addScope(addContent(create)).action(
    bind<WriteFlags>(({ context, options, args: [path = ''] }) => write(context, 'create', path, options)),
  )

  const update = subcommand(dotfile, {
    name: 'update',
    summary: 'replace a kept file',
    examples: ['dotfile update .vimrc -f ~/.vimrc'],
  }).argument('<PATH>', 'relative to the home directory')
  addScope(addContent(update)).action(
    bind<WriteFlags>(({ context, options, args: [path = ''] }) => write(context, 'update', path, options)),
  )

  const list = subcommand(dotfile, { name: 'list', summary: 'list kept files', examples: ['dotfile list'] })
  addScope(list).action(bind<ScopeFlags>(({ context, options }) => printList(context, options)))

  const get = subcommand(dotfile, {
    name: 'get',
    summary: 'print a kept file',
    examples: ['dotfile get .vimrc'],
  }).argument('<PATH>', 'relative to the home directory')
  addScope(get).action(
    bind<ScopeFlags>(async ({ context, options, args: [path = ''] }) => {
      const client = await context.client()
      const file = await client.dotfiles.get(path, scopeOf(options))
      if (context.out.isJson) context.out.json(file)
      else context.io.stdout.write(file.data)
      return EXIT.ok
    }),
  )

  const remove = subcommand(dotfile, {
    name: 'delete',
    summary: 'keep a file no longer',
    examples: ['dotfile delete .vimrc'],
  })
    .argument('<PATH>', 'relative to the home directory')
    .option('-f, --force', 'do not ask')
  addScope(remove).action(
    bind<ScopeFlags & { force?: boolean }>(async ({ context, options, args: [path = ''] }) => {
      if (!options.force) await confirm(context, `Delete ${path}?`)
      await (await context.client()).dotfiles.delete(path, scopeOf(options))
      return finish(context, { path }, `New sessions get no ${path} any more.`)
    }),
  )
}

const addScope = (command: Command): Command =>
  command
    .addOption(ownerOption())
    .option('-d, --domain <NAME>', 'of this domain')
    .option('-g, --group <NAME>', 'of this project, by id, or by name with -d')

const addContent = (command: Command): Command =>
  command
    .option('--perm <OCTAL>', 'permission bits', '755')
    .option('-f, --file <FILE>', 'its content; standard input by default')

async function write(
  context: CommandContext,
  action: 'create' | 'update',
  path: string,
  flags: WriteFlags,
): Promise<number> {
  if (!/^[0-7]{3,4}$/.test(flags.perm)) throw usageError(`--perm ${flags.perm}: expected digits such as 644.`)
  const data = await readInput(context, flags.file)
  if (data === '') throw usageError('The file is empty.', 'Give its content with -f, or by standard input.')
  const { dotfiles } = await context.client()
  await dotfiles[action]({ path, data, permission: flags.perm }, scopeOf(flags))
  return finish(context, { path, permission: flags.perm }, `New sessions get ${path} (${flags.perm}).`)
}

async function printList(context: CommandContext, flags: ScopeFlags): Promise<number> {
  const { out } = context
  const files = await (await context.client()).dotfiles.list(scopeOf(flags))
  if (out.isJson) out.json({ items: files, total_count: files.length })
  else if (files.length === 0) out.info('There are no such files.')
  else
    out.table(
      [
        { title: 'PATH', min: 8 },
        { title: 'PERM' },
        { title: 'SIZE', align: 'right' },
        { title: 'BEGINS WITH', min: 8 },
      ],
      files.map(({ path, permission, data }) => [
        path,
        permission,
        sizeText(new TextEncoder().encode(data).length),
        data.split('\n')[0] ?? '',
      ]),
    )
  return EXIT.ok
}

/** The project wins over the domain, which then says where the project is. */
function scopeOf({ owner, domain, group }: ScopeFlags): DotfileScope {
  if (group) return { group, ...(domain ? { groupDomain: domain } : {}) }
  if (domain) return { domain }
  return owner ? { ownerAccessKey: owner } : {}
}

function finish({ out }: CommandContext, json: object, message: string): number {
  if (out.isJson) out.json(json)
  out.done(message)
  return EXIT.ok
}
