import { sessionEvents } from '../../../events/catalog/session.ts'
import type { ManagerPorts } from '../../context.ts'

const POINTS = {
  [sessionEvents.enqueued.name]: 'POST_ENQUEUE_SESSION',
  [sessionEvents.started.name]: 'POST_START_SESSION',
  [sessionEvents.terminated.name]: 'POST_DESTROY_SESSION',
} as const

/** Tells hooks what has become of sessions: in one manager, at least once, also after that manager was killed. */
export function tellHooks({ bus, plugins }: Pick<ManagerPorts, 'bus' | 'plugins'>): Promise<AsyncDisposable> {
  const kinds = [sessionEvents.enqueued, sessionEvents.started, sessionEvents.terminated]
  return bus.consume('hooks', kinds, async ({ name, payload }) => {
    const point = POINTS[name]
    if (!point) return
    const { sessionId, sessionName, ownerAccessKey: accessKey } = payload
    await plugins.hooks.notify(point, { sessionId, sessionName, accessKey })
  })
}
