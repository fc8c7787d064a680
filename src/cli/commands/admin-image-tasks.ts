import type { Define } from '../command-table.ts'
import { subcommand } from '../global-options.ts'
import { splitList } from '../settings.ts'
import { showTask } from '../show-task.ts'

/** The commands of `admin image` that take a while: each is a background task, followed to its end. */
export const defineAdminImageTasks: Define = (image, bind) => {
  subcommand(image, {
    name: 'rescan',
    summary: 'read the images of the registries anew',
    examples: ['admin image rescan -r cr.backend.ai'],
  })
    .option('-r, --registry <NAME>', 'only this registry')
    .action(
      bind<{ registry?: string }>(async ({ context, options }) => {
        const { images } = await context.client()
        return showTask(context, await images.rescan(options.registry), 'The scan')
      }),
    )

  const onAgents = [
    ['preload', 'pull images on agents before they are asked for', 'The download'],
    ['unload', 'remove images from agents', 'The removal'],
  ] as const
  for (const [action, summary, what] of onAgents) {
    subcommand(image, {
      name: action,
      summary,
      examples: [`admin image ${action} python -a i-node1,i-node2`],
    })
      .argument('<IMAGES...>', 'full references or short names')
      .requiredOption('-a, --agents <IDS>', 'agents or resource groups, with commas; "*" for all', splitList)
      .action(
        bind<{ agents: string[] }>(async ({ context, options: { agents }, args }) => {
          const { images } = await context.client()
          return showTask(context, await images[action](args, agents), what)
        }),
      )
  }
}
