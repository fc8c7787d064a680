import type { Connection } from './connection.ts'
import { type EventStreamOptions, openEvents } from './event-stream.ts'

export interface TaskProgress {
  status: 'updated' | 'done' | 'failed' | 'cancelled'
  message: string
  /** Work done and in all, in units of the task; 0 of 0 when not told. */
  current: number
  total: number
}

/** The progress of a background task until its end, which is the last item. */
export async function* followTask(
  connection: Connection,
  taskId: string,
  options: EventStreamOptions,
): AsyncGenerator<TaskProgress> {
  const call = {
    method: 'GET',
    path: ['events', 'background-task'],
    query: { task_id: taskId },
  } as const
  for await (const { event, data } of await openEvents(connection, call, options)) {
    const status = statusOf(event)
    if (!status) continue
    const fields = JSON.parse(data) as Record<string, unknown>
    yield {
      status,
      message: String(fields.message ?? ''),
      current: Number(fields.current_progress ?? 0),
      total: Number(fields.total_progress ?? 0),
    }
    if (status !== 'updated') return
  }
}

function statusOf(event: string): TaskProgress['status'] | null {
  const match = /^(?:bgtask|task)_(updated|done|failed|cancelled)$/.exec(event)
  return match ? (match[1] as TaskProgress['status']) : null
}
