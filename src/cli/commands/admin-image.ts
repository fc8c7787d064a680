import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { CliError, EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { createProgress } from '../progress.ts'
import { sizeText } from '../sizes.ts'

export const defineAdminImage: Define = (parent, bind) => {
  const image = subcommand(parent, {
    name: 'image',
    usage: '<command>',
    summary: 'images that sessions can run',
    examples: ['admin image list', 'admin image alias py cr.backend.ai/stable/python:3.9-ubuntu20.04'],
  }).enablePositionalOptions()

  subcommand(image, { name: 'list', summary: 'list images', examples: ['admin image list'] })
    .option('--operation', 'only images of operations')
    .action(
      bind<{ operation?: boolean }>(({ context, options }) => list(context, options.operation === true)),
    )

  subcommand(image, {
    name: 'alias',
    summary: 'give an image a short name',
    examples: ['admin image alias py cr.backend.ai/stable/python:3.9-ubuntu20.04'],
  })
    .argument('<ALIAS>', 'short name')
    .argument('<TARGET>', 'full image reference')
    .option('--arch <NAME>', 'architecture of the image')
    .action(
      bind<{ arch?: string }>(async ({ context, options, args }) => {
        const [alias = '', target = ''] = args
        await (await context.client()).images.alias(alias, target, options.arch)
        return finish(context, { alias, target }, `${alias} now means ${target}.`)
      }),
    )

  subcommand(image, { name: 'dealias', summary: 'remove a short name', examples: ['admin image dealias py'] })
    .argument('<ALIAS>', 'short name')
    .action(
      bind(async ({ context, args }) => {
        const [alias = ''] = args
        await (await context.client()).images.dealias(alias)
        return finish(context, { alias }, `${alias} is removed.`)
      }),
    )

  subcommand(image, {
    name: 'rescan',
    summary: 'read the images of the registries anew',
    examples: ['admin image rescan -r cr.backend.ai'],
  })
    .option('-r, --registry <NAME>', 'only this registry')
    .action(bind<{ registry?: string }>(({ context, options }) => rescan(context, options.registry)))
}

async function list({ client, out }: CommandContext, isOperation: boolean): Promise<number> {
  const images = await (await client()).images.list({ isOperation })
  if (out.isJson) {
    out.json(images)
    return EXIT.ok
  }
  out.table(
    [
      { title: 'IMAGE', min: 24 },
      { title: 'ARCH' },
      { title: 'SIZE', align: 'right' },
      { title: 'ALIASES', min: 8 },
    ],
    images.map((image) => [
      `${image.registry}/${image.name}:${image.tag}`,
      image.architecture,
      sizeText(image.size_bytes),
      image.aliases.join(', '),
    ]),
  )
  return EXIT.ok
}

async function rescan(
  { client, out, io, signal }: CommandContext,
  registry: string | undefined,
): Promise<number> {
  const connected = await client()
  const taskId = await connected.images.rescan(registry)
  const progress = createProgress(io, { isSilent: out.isJson })
  try {
    for await (const step of connected.followTask(taskId, { signal })) {
      if (out.isJson) out.json({ task_id: taskId, ...step })
      if (step.status === 'updated') {
        progress.step(`${step.message}${step.total > 0 ? ` (${step.current} of ${step.total})` : ''}`)
        continue
      }
      progress.stop()
      if (step.status !== 'done') throw new CliError(`The scan ${step.status}: ${step.message}`)
      out.done(step.message || 'The registries are read.')
    }
  } finally {
    progress.stop()
  }
  return signal.aborted ? EXIT.interrupted : EXIT.ok
}

function finish({ out }: CommandContext, json: object, message: string): number {
  if (out.isJson) out.json(json)
  out.done(message)
  return EXIT.ok
}
