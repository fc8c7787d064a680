import type { BackgroundTasks } from '../../services/background-tasks.ts'
import type { SessionServices } from '../../services/index.ts'
import type { Route } from '../route.ts'
import { sessionCreateRoutes } from './session-create.ts'
import { sessionExecuteRoutes } from './session-execute.ts'
import { sessionFileRoutes } from './session-files.ts'
import { sessionInfoRoutes } from './session-info.ts'
import { sessionLifeRoutes } from './session-life.ts'
import { sessionOutputRoutes } from './session-output.ts'
import { sessionServiceRoutes } from './session-services.ts'

/** Every `/session…` route (client-wire.md §6), and the same under `/kernel`, their former name. */
export function sessionRoutes(
  services: SessionServices,
  tasks: Pick<BackgroundTasks, 'start'>,
): readonly Route[] {
  const routes = [
    ...sessionCreateRoutes(services),
    ...sessionLifeRoutes(services, tasks),
    ...sessionInfoRoutes(services),
    ...sessionExecuteRoutes(services),
    ...sessionFileRoutes(services),
    ...sessionOutputRoutes(services),
    ...sessionServiceRoutes(services),
  ]
  return [...routes, ...routes.map(legacy)]
}

const legacy = (route: Route): Route => ({
  ...route,
  path: route.path.replace(/^\/session/, '/kernel'),
  deprecated: true,
})
