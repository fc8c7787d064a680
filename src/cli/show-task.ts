import type { TaskProgress } from '../client/background-tasks.ts'
import type { CommandContext } from './command-context.ts'
import { CliError, EXIT } from './exit-code.ts'
import { createProgress } from './progress.ts'

/**
 * Shows the progress of a background task until its end; with --json one line per step.
 * @param what the task as the subject of a sentence: `The clone`
 * @throws CliError when the task failed or was cancelled
 */
export async function showTask(context: CommandContext, taskId: string, what: string): Promise<number> {
  const { out, io, signal } = context
  const client = await context.client()
  const progress = createProgress(io, { isSilent: out.isJson })
  try {
    for await (const step of client.followTask(taskId, { signal })) {
      if (out.isJson) out.json({ task_id: taskId, ...step })
      if (step.status === 'updated') {
        progress.step(lineOf(step))
        continue
      }
      progress.stop()
      if (step.status !== 'done') throw new CliError(`${what} ${step.status}: ${step.message}`)
      out.done(step.message || `${what} is done.`)
    }
  } finally {
    progress.stop()
  }
  return signal.aborted ? EXIT.interrupted : EXIT.ok
}

const lineOf = ({ message, current, total }: TaskProgress): string =>
  `${message}${total > 0 ? ` (${current} of ${total})` : ''}`
