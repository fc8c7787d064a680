import * as v from 'valibot'
import { defineEvent } from '../define.ts'

const taskFields = { taskId: v.string(), message: v.string() }

export const backgroundTaskUpdated = defineEvent(
  'bgtask_updated',
  v.object({ ...taskFields, currentProgress: v.number(), totalProgress: v.number() }),
)
const ended = (name: string) => defineEvent(name, v.object(taskFields))
export const backgroundTaskDone = ended('bgtask_done')
export const backgroundTaskFailed = ended('bgtask_failed')
export const backgroundTaskCancelled = ended('bgtask_cancelled')
