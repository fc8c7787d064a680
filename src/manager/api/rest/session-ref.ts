import type { SessionRef } from '../../services/sessions/resolve.ts'
import type { RouteContext } from '../route.ts'

/** The session in the path and the owner in the query, or in the body of what sends one. */
export function sessionRef(context: Pick<RouteContext<unknown>, 'path' | 'query'>): SessionRef {
  const { path, query } = context
  return {
    name: path.session ?? '',
    ownerAccessKey: query.get('owner_access_key') ?? query.get('ownerAccessKey'),
  }
}
