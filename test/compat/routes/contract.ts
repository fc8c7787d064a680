import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OpenApiDocument, OpenApiOperation } from '../../../src/manager/api/openapi/openapi-document.ts'
import type { JsonSchema } from '../../../src/manager/api/openapi/params-schema.ts'

export interface Parameter {
  schema: JsonSchema
  required: boolean
}

/** A documented route as the running manager describes it. */
export interface ServedRoute {
  /** As it is documented: `GET /session/{session_name}`. */
  name: string
  method: string
  path: string
  role: OpenApiOperation['x-backendai-role']
  refusesWhenFrozen: boolean
  isSocket: boolean
  params: Map<string, Parameter>
  hasVariables: boolean
}

const documented: string[] = JSON.parse(readFileSync(join(import.meta.dir, '../data/routes.json'), 'utf8'))

/** Model services come later. */
export const isLater = (name: string): boolean => / \/services(\/|$)/.test(name)
export const documentedRoutes: readonly string[] = documented.filter((name) => !isLater(name))
export const laterRoutes: readonly string[] = documented.filter(isLater)

/** One name for a route whatever its variables are called. */
export const routeKey = (method: string, path: string): string =>
  `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}|:\w+/g, '{}')}`

/** What the manager says of a documented route; null where it serves none. */
export function servedRoute(document: OpenApiDocument, name: string): ServedRoute | null {
  const [method = '', path = ''] = name.split(' ')
  const operation = operationsOf(document).get(routeKey(method, path))
  if (!operation) return null
  return {
    name,
    method,
    path,
    role: operation['x-backendai-role'],
    refusesWhenFrozen: operation['x-backendai-when-frozen'] === 'refuse',
    isSocket: operation['x-backendai-websocket'] === true,
    params: paramsOf(operation),
    hasVariables: path.includes('{'),
  }
}

/** Every operation of the document by its key. */
export function operationsOf({ paths }: OpenApiDocument): Map<string, OpenApiOperation> {
  return new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [routeKey(method, path), operation] as const),
    ),
  )
}

export function paramsOf({ parameters = [], requestBody }: OpenApiOperation): Map<string, Parameter> {
  const ofQuery = (parameters as { name: string; in: string; required: boolean; schema: JsonSchema }[])
    .filter((one) => one.in === 'query')
    .map(({ name, schema, required }) => [name, { schema, required }] as const)
  const body = requestBody?.content['application/json'].schema
  const needed = Array.isArray(body?.required) ? body.required : []
  const ofBody = Object.entries((body?.properties ?? {}) as Record<string, JsonSchema>).map(
    ([name, schema]) => [name, { schema, required: needed.includes(name) }] as const,
  )
  return new Map([...ofQuery, ...ofBody])
}
