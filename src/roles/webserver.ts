import type { Cache } from '../cache/cache.ts'
import { pageFiles } from '../web/embedded.ts'
import { startWebserver } from '../webserver/role.ts'
import type { RoleContext } from './context.ts'
import type { RunningRole } from './role.ts'

/** @param endpoint of the manager beside it, or null for the configured ones. */
export function wireWebserver(
  context: RoleContext,
  cache: Cache,
  endpoint: string | null,
): Promise<RunningRole> {
  const { webserver } = context.config
  return startWebserver({
    settings: endpoint ? { ...webserver, api: { ...webserver.api, endpoint: [endpoint] } } : webserver,
    cache,
    clock: context.clock,
    log: context.log.child({ role: 'webserver' }),
    page: pageFiles,
  })
}
