import { randomUUID } from 'node:crypto'
import { graphqlRoutes } from './api/graphql/routes.ts'
import { eventRoutes } from './api/rest/events.ts'
import { folderRoutes } from './api/rest/folders.ts'
import { imageImportRoutes } from './api/rest/image-import.ts'
import { sessionRoutes } from './api/rest/session.ts'
import { streamRoutes } from './api/rest/stream.ts'
import type { Route } from './api/route.ts'
import type { ManagerPorts } from './context.ts'
import type { ManagerSettings } from './role.ts'
import type { BackgroundTasks } from './services/background-tasks.ts'
import type { SessionServices } from './services/index.ts'

const DEFAULT_IMPORTER = 'lablup/importer:manylinux2010'

/** The routes of sessions, streams, events, folders and GraphQL; the API itself brings the others. */
export const servedRoutes = (
  ports: ManagerPorts,
  services: SessionServices,
  tasks: BackgroundTasks,
  settings: Pick<ManagerSettings, 'hideAgents' | 'introspection' | 'importerImage'>,
): readonly Route[] => [
  ...sessionRoutes(services, tasks),
  ...imageImportRoutes(services, settings.importerImage ?? DEFAULT_IMPORTER),
  ...streamRoutes(services),
  ...eventRoutes(ports, tasks),
  ...folderRoutes({ ports, tasks, newId: randomUUID }),
  ...graphqlRoutes({
    ports,
    tasks,
    hideAgents: settings.hideAgents,
    introspection: settings.introspection,
  }),
]
