import { randomUUID } from 'node:crypto'
import * as v from 'valibot'
import {
  backgroundTaskCancelled,
  backgroundTaskDone,
  backgroundTaskFailed,
  backgroundTaskUpdated,
} from '../../events/catalog/background-task.ts'
import type { ManagerPorts } from '../context.ts'

const taskOwner = v.object({ userUuid: v.string(), domainName: v.string() })
/** Who started a task; a `Requester` is one. */
export type TaskOwner = v.InferOutput<typeof taskOwner>

const taskState = v.object({
  /** Null: the cluster's own, for superadmins. */
  owner: v.nullable(taskOwner),
  status: v.picklist(['running', 'done', 'failed', 'cancelled']),
  current: v.number(),
  total: v.number(),
  message: v.string(),
})
export type BackgroundTaskState = v.InferOutput<typeof taskState>

export interface Progress {
  /** Adds to what is done. */
  step(by: number, message: string): Promise<void>
  setTotal(total: number): void
}

type Work = (progress: Progress, signal: AbortSignal) => Promise<string>

export interface BackgroundTasks extends AsyncDisposable {
  /** Starts work that outlives its request and gives its id; the work's result is its last message. */
  start(name: string, owner: TaskOwner | null, work: Work): Promise<string>
  /** Null when there never was such a task, it ended a day ago, or its manager died. */
  state(taskId: string): Promise<BackgroundTaskState | null>
}

const key = (taskId: string): string => `bgtask.${taskId}`
const KEEP_RUNNING_MS = 60_000
const KEEP_ENDED_MS = 24 * 3_600_000
const REFRESH_MS = 20_000

/** Background tasks: their state is in the cache, their progress on the event bus (client-wire.md §3.6). */
export function createBackgroundTasks(
  ports: Pick<ManagerPorts, 'cache' | 'bus' | 'log' | 'managerId'>,
): BackgroundTasks {
  const { cache, bus, log, managerId } = ports
  const stopping = new AbortController()
  const running = new Set<Promise<void>>()
  const options = { source: managerId }

  const save = (taskId: string, state: BackgroundTaskState) =>
    cache.set(
      key(taskId),
      JSON.stringify(state),
      state.status === 'running' ? KEEP_RUNNING_MS : KEEP_ENDED_MS,
    )

  async function run(taskId: string, name: string, state: BackgroundTaskState, work: Work): Promise<void> {
    const refresh = setInterval(() => {
      save(taskId, state).catch((error) => log.warn({ err: error, taskId }, 'task state not refreshed'))
    }, REFRESH_MS)
    const progress: Progress = {
      setTotal: (total) => {
        state.total = total
      },
      async step(by, message) {
        Object.assign(state, { current: state.current + by, message })
        await save(taskId, state)
        const { current: currentProgress, total: totalProgress } = state
        await bus.publish(backgroundTaskUpdated, { taskId, message, currentProgress, totalProgress }, options)
      },
    }
    const end = async (status: 'done' | 'failed' | 'cancelled', message: string) => {
      clearInterval(refresh)
      Object.assign(state, { status, message })
      await save(taskId, state)
      const kinds = {
        done: backgroundTaskDone,
        failed: backgroundTaskFailed,
        cancelled: backgroundTaskCancelled,
      }
      await bus.publish(kinds[status], { taskId, message }, options)
    }
    try {
      const message = await work(progress, stopping.signal)
      await end('done', message)
    } catch (error) {
      if (stopping.signal.aborted) {
        await end('cancelled', 'The manager is stopping.')
        return
      }
      log.error({ err: error, taskId, task: name }, 'a background task failed')
      await end('failed', error instanceof Error ? error.message : String(error))
    } finally {
      clearInterval(refresh)
    }
  }

  return {
    async start(name, starter, work) {
      const taskId = randomUUID()
      const owner = starter && { userUuid: starter.userUuid, domainName: starter.domainName }
      const state: BackgroundTaskState = { owner, status: 'running', current: 0, total: 0, message: '' }
      await save(taskId, state)
      const job = run(taskId, name, state, work).catch((error) => {
        log.error({ err: error, taskId, task: name }, 'the end of a background task could not be told')
      })
      running.add(job)
      void job.then(() => running.delete(job))
      return taskId
    },
    async state(taskId) {
      const text = await cache.get(key(taskId))
      return text === null ? null : v.parse(taskState, JSON.parse(text))
    },
    [Symbol.asyncDispose]: async () => {
      stopping.abort(new Error('the manager is stopping'))
      await Promise.all(running)
    },
  }
}
