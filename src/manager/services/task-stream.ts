import {
  backgroundTaskCancelled,
  backgroundTaskDone,
  backgroundTaskFailed,
  backgroundTaskUpdated,
} from '../../events/catalog/background-task.ts'
import type { ManagerPorts, Requester } from '../context.ts'
import type { BackgroundTaskState, BackgroundTasks, TaskOwner } from './background-tasks.ts'
import { createEventQueue } from './event-queue.ts'
import type { StreamedEvent } from './event-stream.ts'

export interface TaskStreamOptions {
  /** `task_*` instead of `bgtask_*`. */
  legacyNames: boolean
  signal: AbortSignal
}

/**
 * The progress of a background task until its end; of one that has ended, its end.
 * Null: there is no such task that the requester may follow.
 */
export async function taskEventStream(
  ports: Pick<ManagerPorts, 'bus'>,
  tasks: Pick<BackgroundTasks, 'state'>,
  requester: Requester,
  taskId: string,
  options: TaskStreamOptions,
): Promise<AsyncIterable<StreamedEvent> | null> {
  const queue = createEventQueue<StreamedEvent>()
  const named = (event: string, data: Record<string, unknown>): StreamedEvent => ({
    event: options.legacyNames ? event.replace(/^bg/, '') : event,
    data: { task_id: taskId, ...data },
  })
  const ends = [backgroundTaskDone, backgroundTaskFailed, backgroundTaskCancelled]
  await using subscriptions = new AsyncDisposableStack()
  subscriptions.use(
    await ports.bus.subscribe([backgroundTaskUpdated], ({ name, payload }) => {
      if (payload.taskId !== taskId) return
      const { message, currentProgress, totalProgress } = payload
      queue.push(named(name, { message, current_progress: currentProgress, total_progress: totalProgress }))
    }),
  )
  subscriptions.use(
    await ports.bus.subscribe(ends, ({ name, payload }) => {
      if (payload.taskId !== taskId) return
      queue.push(named(name, { message: payload.message }))
      queue.end()
    }),
  )
  const state = await tasks.state(taskId)
  if (!state || !mayFollow(requester, state.owner)) return null
  if (state.status !== 'running') return replay(named, state)
  options.signal.addEventListener('abort', () => queue.end(), { once: true })
  const owned = subscriptions.move()
  return (async function* () {
    try {
      yield* queue
    } finally {
      await owned.disposeAsync()
    }
  })()
}

/** Users follow what they started, domain administrators what was started in their domain, superadmins all. */
function mayFollow(requester: Requester, owner: TaskOwner | null): boolean {
  if (requester.role === 'superadmin') return true
  if (requester.role === 'admin' && owner?.domainName === requester.domainName) return true
  return owner?.userUuid === requester.userUuid
}

/** What a task that ended long ago tells; its numbers are text there. */
async function* replay(
  named: (event: string, data: Record<string, unknown>) => StreamedEvent,
  state: BackgroundTaskState,
): AsyncGenerator<StreamedEvent> {
  yield named(`bgtask_${state.status}`, {
    status: state.status,
    current_progress: String(state.current),
    total_progress: String(state.total),
    message: state.message,
  })
}
