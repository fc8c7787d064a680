import { printSchema } from 'graphql'
import { VERSION } from '../core/version.ts'
import { createGraphSchema } from './api/graphql/schema.ts'
import { createManagerApi } from './api/manager-api.ts'
import { type OpenApiDocument, openApiDocument } from './api/openapi/openapi-document.ts'
import type { ManagerPorts } from './context.ts'
import { servedRoutes } from './served-routes.ts'
import { createBackgroundTasks } from './services/background-tasks.ts'
import { createSessionServices } from './services/index.ts'

/** OpenAPI 3.1 of everything that a manager serves; it serves nothing here, and `ports` may be empty. */
export async function describeApi(ports: ManagerPorts): Promise<OpenApiDocument> {
  await using tasks = createBackgroundTasks(ports)
  const services = createSessionServices(ports)
  await using api = await createManagerApi({
    ports,
    routes: servedRoutes(ports, services, tasks, { hideAgents: false, introspection: null }),
    serviceAddress: () => '',
    endAllSessions: async () => {},
  })
  return openApiDocument(api.routes, VERSION)
}

/** The GraphQL schema as SDL. */
export const describeGraphql = (): string => `${printSchema(createGraphSchema())}\n`
