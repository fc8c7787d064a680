import { Problem } from '../../../core/problem.ts'
import type { ManagerPorts } from '../../context.ts'
import { json } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'

/** For load balancers and supervisors: 200 while the store answers. */
export const healthRoutes = ({ store, log }: Pick<ManagerPorts, 'store' | 'log'>): readonly Route[] => [
  defineRoute({
    method: 'GET',
    path: '/health',
    summary: 'Tell whether the manager and its database answer',
    auth: 'anonymous',
    rateLimited: false,
    handler: async () => {
      try {
        await store.ping()
      } catch (cause) {
        log.error({ err: cause }, 'the store does not answer')
        throw new Problem('service-unavailable', { msg: 'The database does not answer.' })
      }
      return json({ status: 'ok' })
    },
  }),
]
