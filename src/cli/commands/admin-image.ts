import type { Image } from '../../client/admin/images.ts'
import { yesNo } from '../admin/cells.ts'
import { commandGroup } from '../admin/command-group.ts'
import { finish } from '../admin/finish.ts'
import { findNamed, onNamed } from '../admin/noun.ts'
import { IMAGE } from '../admin/nouns.ts'
import { showItem } from '../admin/show-item.ts'
import { showList } from '../admin/show-list.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { confirm } from '../confirm.ts'
import { subcommand } from '../global-options.ts'
import { sizeText } from '../sizes.ts'
import { defineAdminImageTasks } from './admin-image-tasks.ts'

interface ArchFlags {
  arch?: string
}

export const defineAdminImage: Define = (parent, bind) => {
  const image = commandGroup(parent, {
    name: 'image',
    summary: 'images that sessions can run',
    examples: ['admin image list', 'admin image alias py cr.backend.ai/stable/python:3.9-ubuntu20.04'],
  })

  subcommand(image, { name: 'list', summary: 'list images', examples: ['admin image list'] })
    .option('--operation', 'only images of operations')
    .action(bind<{ operation?: boolean }>(({ context, options }) => list(context, options.operation)))

  subcommand(image, { name: 'info', summary: 'show one image', examples: ['admin image info python'] })
    .argument('<IMAGE>', 'full reference or short name')
    .option('--arch <NAME>', 'architecture of the image')
    .action(bind<ArchFlags>(({ context, options, args }) => info(context, args[0] ?? '', options.arch)))

  subcommand(image, {
    name: 'alias',
    summary: 'give an image a short name',
    examples: ['admin image alias py cr.backend.ai/stable/python:3.9-ubuntu20.04'],
  })
    .argument('<ALIAS>', 'short name')
    .argument('<TARGET>', 'full image reference')
    .option('--arch <NAME>', 'architecture of the image')
    .action(
      bind<ArchFlags>(async ({ context, options, args: [alias = '', target = ''] }) => {
        await onNamed(context, IMAGE, target, (client) => client.images.alias(alias, target, options.arch))
        return finish(context, { alias, target }, `${alias} now means ${target}.`)
      }),
    )

  subcommand(image, { name: 'dealias', summary: 'remove a short name', examples: ['admin image dealias py'] })
    .argument('<ALIAS>', 'short name')
    .action(
      bind(async ({ context, args: [alias = ''] }) => {
        await (await context.client()).images.dealias(alias)
        return finish(context, { alias }, `${alias} is removed.`)
      }),
    )

  subcommand(image, {
    name: 'forget',
    summary: 'forget an image until the next scan',
    examples: ['admin image forget cr.backend.ai/stable/python:3.9-ubuntu20.04'],
  })
    .argument('<IMAGE>', 'full reference or short name')
    .option('--arch <NAME>', 'architecture of the image')
    .action(
      bind<ArchFlags>(async ({ context, options, args: [reference = ''] }) => {
        await onNamed(context, IMAGE, reference, (client) => client.images.forget(reference, options.arch))
        return finish(context, { image: reference }, `${reference} is forgotten.`)
      }),
    )

  subcommand(image, {
    name: 'untag',
    summary: 'take the tag of an image off in its Harbor registry',
    examples: ['admin image untag cr.backend.ai/stable/python:3.9-ubuntu20.04'],
  })
    .argument('<IMAGE>', 'full reference or short name')
    .option('--arch <NAME>', 'architecture of the image')
    .action(
      bind<ArchFlags>(async ({ context, options, args: [reference = ''] }) => {
        const { id } = await findNamed(context, IMAGE, reference, (client) =>
          client.images.detail(reference, options.arch, ['id']),
        )
        const client = await context.client()
        await client.images.untag(id)
        return finish(context, { image: reference }, `${reference} has lost its tag.`)
      }),
    )

  subcommand(image, {
    name: 'clear',
    summary: 'forget all images, or those of one registry',
    examples: ['admin image clear -r cr.backend.ai'],
  })
    .option('-r, --registry <NAME>', 'only of this registry')
    .action(
      bind<{ registry?: string }>(async ({ context, options: { registry } }) => {
        await confirm(context, `Forget all images${registry ? ` of ${registry}` : ''} until the next scan?`)
        await (await context.client()).images.clear(registry)
        return finish(context, {}, 'They are forgotten.')
      }),
    )

  defineAdminImageTasks(image, bind)
}

async function list(context: CommandContext, isOperation: boolean | undefined): Promise<number> {
  const images = await (await context.client()).images.list({ isOperation })
  return showList(context, images, {
    none: 'There are no images; "backend.ai admin image rescan" looks for some.',
    cells: [
      { title: 'IMAGE', min: 24, show: ({ registry, name, tag }) => `${registry}/${name}:${tag}` },
      { title: 'ARCH', show: ({ architecture }) => architecture },
      { title: 'SIZE', align: 'right', show: ({ size_bytes }) => sizeText(size_bytes) },
      { title: 'ALIASES', min: 8, show: ({ aliases }) => aliases.join(', ') },
    ],
  })
}

const DETAILS = [
  'name',
  'registry',
  'tag',
  'architecture',
  'digest',
  'size_bytes',
  'aliases',
  'labels',
  'resource_limits',
  'supported_accelerators',
  'installed',
] as const satisfies readonly (keyof Image)[]

async function info(
  context: CommandContext,
  reference: string,
  architecture: string | undefined,
): Promise<number> {
  const image = await findNamed(context, IMAGE, reference, (client) =>
    client.images.detail(reference, architecture, DETAILS),
  )
  return showItem(context, image, [
    ['Image', `${image.registry}/${image.name}:${image.tag}`],
    ['Architecture', image.architecture],
    ['Digest', image.digest],
    ['Size', sizeText(image.size_bytes)],
    ['Short names', image.aliases.join(', ')],
    ['Accelerators', image.supported_accelerators.join(', ')],
    ['Installed', yesNo(image.installed)],
    ['Resources', image.resource_limits.map(limitText).join(', ')],
    ['Labels', image.labels.map(({ key, value }) => `${key}=${value}`).join('\n')],
  ])
}

const limitText = ({ key, min, max }: Image['resource_limits'][number]): string =>
  `${key} ${min ?? 0} to ${!max || max === '0' || max === 'Infinity' ? 'any' : max}`
