import type { Define } from '../command-table.ts'
import { subcommand } from '../global-options.ts'
import { showTask } from '../show-task.ts'

/** Background tasks of the server: scans, clones, commits. */
export const defineTask: Define = (parent, bind) => {
  const task = subcommand(parent, {
    name: 'task',
    usage: '<command>',
    summary: 'work that the server does in the background',
    examples: ['task watch ID'],
  }).enablePositionalOptions()

  subcommand(task, {
    name: 'watch',
    summary: 'follow the progress of a task until its end',
    examples: ['task watch ID', 'task watch --json ID'],
  })
    .argument('<TASK>', 'id of the task')
    .action(bind(({ context, args: [taskId = ''] }) => showTask(context, taskId, 'The task')))
}
