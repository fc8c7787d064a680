import * as v from 'valibot'
import { notFound, Problem } from '../../core/problem.ts'
import type { AdminContext } from '../admin-context.ts'
import { defineOperation } from './define.ts'

function imagesOf({ images }: AdminContext): NonNullable<AdminContext['images']> {
  if (images) return images
  throw new Problem('service-unavailable', {
    msg: 'the running manager reads the registries: start "backendai up" or "backendai manager"',
  })
}

/** Begins to read one registry, or all and the agents; the id of the task. */
export const imageRescan = defineOperation(
  v.object({ registry: v.nullable(v.string()) }),
  async (context, { registry }) => {
    try {
      return { taskId: await imagesOf(context).rescan(registry) }
    } catch (error) {
      if (error instanceof RangeError) throw notFound('registry', error.message)
      throw error
    }
  },
)

/** How far such a task is. */
export const imageRescanState = defineOperation(
  v.object({ taskId: v.string() }),
  async (context, { taskId }) => {
    const state = await imagesOf(context).rescanState(taskId)
    if (state) return state
    throw notFound('task', 'The manager has stopped meanwhile: start the scan again.')
  },
)
