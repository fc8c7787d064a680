import type { Client } from '../../client/client.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { CliError, EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { createProgress } from '../progress.ts'
import { splitList } from '../settings.ts'

/** The commands of `admin image` that take a while: each is a background task, followed to its end. */
export const defineAdminImageTasks: Define = (image, bind) => {
  subcommand(image, {
    name: 'rescan',
    summary: 'read the images of the registries anew',
    examples: ['admin image rescan -r cr.backend.ai'],
  })
    .option('-r, --registry <NAME>', 'only this registry')
    .action(
      bind<{ registry?: string }>(({ context, options }) =>
        follow(context, 'scan', 'The registries are read.', ({ images }) => images.rescan(options.registry)),
      ),
    )

  const onAgents = [
    ['preload', 'pull images on agents before they are asked for', 'The images are there.'],
    ['unload', 'remove images from agents', 'The images are removed.'],
  ] as const
  for (const [action, summary, outcome] of onAgents) {
    subcommand(image, {
      name: action,
      summary,
      examples: [`admin image ${action} python -a i-node1,i-node2`],
    })
      .argument('<IMAGES...>', 'full references or short names')
      .requiredOption('-a, --agents <IDS>', 'agents, with commas', splitList)
      .action(
        bind<{ agents: string[] }>(({ context, options: { agents }, args }) =>
          follow(context, action, outcome, ({ images }) => images[action](args, agents)),
        ),
      )
  }
}

async function follow(
  { client, out, io, signal }: CommandContext,
  what: string,
  outcome: string,
  start: (client: Client) => Promise<string>,
): Promise<number> {
  const connected = await client()
  const taskId = await start(connected)
  const progress = createProgress(io, { isSilent: out.isJson })
  try {
    for await (const step of connected.followTask(taskId, { signal })) {
      if (out.isJson) out.json({ task_id: taskId, ...step })
      if (step.status === 'updated') {
        progress.step(`${step.message}${step.total > 0 ? ` (${step.current} of ${step.total})` : ''}`)
        continue
      }
      progress.stop()
      if (step.status !== 'done') throw new CliError(`The ${what} ${step.status}: ${step.message}`)
      out.done(step.message || outcome)
    }
  } finally {
    progress.stop()
  }
  return signal.aborted ? EXIT.interrupted : EXIT.ok
}
