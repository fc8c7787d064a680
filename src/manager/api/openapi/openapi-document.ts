import type { HttpMethod, Route } from '../route.ts'
import { methodsOf } from '../route-table.ts'
import { type JsonSchema, paramsSchema } from './params-schema.ts'
import { pathVariables } from './path-variables.ts'
import { type Tag, tagOf } from './tags.ts'

export interface OpenApiOperation {
  operationId: string
  summary: string
  deprecated?: true
  tags: string[]
  parameters?: object[]
  requestBody?: { required: boolean; content: { 'application/json': { schema: JsonSchema } } }
  responses: Record<string, { $ref: string } | { description: string }>
  security?: object[]
  'x-backendai-role': Route['auth']
  'x-backendai-when-frozen': Route['whenFrozen']
  'x-backendai-websocket'?: true
}

export interface OpenApiDocument {
  openapi: '3.1.0'
  info: { title: string; version: string; description: string }
  tags: Tag[]
  paths: Record<string, Partial<Record<Lowercase<HttpMethod>, OpenApiOperation>>>
  components: object
}

const SIGNATURE =
  'Authorization: BackendAI signMethod=HMAC-SHA256, credential=ACCESS_KEY:SIGNATURE, beside the headers Date and X-BackendAI-Version.'

const problems: Record<string, [name: string, description: string]> = {
  400: ['BadRequest', 'Parameters are missing or wrong, or what is asked for is not possible.'],
  401: ['NotSigned', 'No signature, or a wrong one.'],
  403: ['NotAllowed', 'The requester may not do this.'],
  404: ['NotFound', 'There is nothing of that name.'],
  429: ['TooMany', 'Over the rate limit; the headers X-RateLimit-* say more.'],
  503: ['Frozen', 'The manager is frozen, or what the request needs does not answer.'],
}

const problem = {
  type: 'object',
  required: ['type', 'title'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    msg: { type: 'string' },
    data: {},
    error_code: { type: 'string' },
  },
}

const components = (recursive: Record<string, JsonSchema>) => ({
  securitySchemes: {
    signature: { type: 'apiKey', in: 'header', name: 'Authorization', description: SIGNATURE },
  },
  schemas: { Problem: problem, ...recursive },
  responses: Object.fromEntries(
    Object.values(problems).map(([name, description]) => [
      name,
      {
        description,
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  ),
})

/** OpenAPI 3.1 of all that is served, made of the routes and of the schemas that validate their parameters. */
export function openApiDocument(routes: readonly Route[], version: string): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {}
  const recursive: Record<string, JsonSchema> = {}
  for (const route of routes.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const path = templated(route.path)
    const operations = paths[path] ?? {}
    for (const method of methodsOf(route)) operations[lower(method)] = operationOf(route, method, recursive)
    paths[path] = operations
  }
  const tags = new Map(Object.keys(paths).map((path) => [tagOf(path).name, tagOf(path)]))
  return {
    openapi: '3.1.0',
    info: {
      title: 'Backend.AI manager',
      version,
      description: `Parameters travel as a JSON body or, where the body is empty, as a query string, whatever the method. ${SIGNATURE}`,
    },
    tags: [...tags.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    paths,
    components: components(recursive),
  }
}

function operationOf(
  route: Route,
  method: HttpMethod,
  recursive: Record<string, JsonSchema>,
): OpenApiOperation {
  const path = templated(route.path)
  const schema = route.params ? hoisted(paramsSchema(route.params), recursive) : null
  const isRead = method === 'GET' || method === 'HEAD' || method === 'DELETE'
  const parameters = [...pathVariables(path), ...(schema && isRead ? queryOf(schema) : [])]
  return {
    operationId: `${method.toLowerCase()}${path.replaceAll(/[{}]/g, '').replaceAll('/', '.')}`,
    summary: route.summary,
    ...(route.deprecated ? { deprecated: true as const } : {}),
    tags: [tagOf(path).name],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(schema && !isRead
      ? {
          requestBody: {
            required: requiredOf(schema).length > 0,
            content: { 'application/json': { schema } },
          },
        }
      : {}),
    responses: responsesOf(route),
    ...(route.auth === 'anonymous' ? {} : { security: [{ signature: [] }] }),
    'x-backendai-role': route.auth,
    'x-backendai-when-frozen': route.whenFrozen,
    ...(route.kind === 'socket' ? { 'x-backendai-websocket': true as const } : {}),
  }
}

/** Definitions of recursive parts move to where a reference from anywhere in the document finds them. */
function hoisted(schema: JsonSchema, recursive: Record<string, JsonSchema>): JsonSchema {
  if (!('$defs' in schema)) return schema
  const name = `Recursive${Object.keys(recursive).length + 1}`
  const text = JSON.stringify(schema).replaceAll('#/$defs/', `#/components/schemas/${name}.`)
  const { $defs, ...rest } = JSON.parse(text) as { $defs: Record<string, JsonSchema> }
  for (const [key, definition] of Object.entries($defs)) recursive[`${name}.${key}`] = definition
  return rest
}

function responsesOf(route: Route): OpenApiOperation['responses'] {
  const statuses = [
    ...(route.params ? [400] : []),
    ...(route.auth === 'anonymous' ? [] : [401]),
    ...(route.auth === 'anonymous' || route.auth === 'user' ? [] : [403]),
    ...(route.path.includes(':') ? [404] : []),
    ...(route.rateLimited ? [429] : []),
    ...(route.whenFrozen === 'refuse' ? [503] : []),
  ]
  const success =
    route.kind === 'socket'
      ? { 101: { description: 'The connection speaks WebSocket from here on.' } }
      : { '2XX': { description: 'Done.' } }
  return {
    ...success,
    ...Object.fromEntries(
      statuses.map((status) => [status, { $ref: `#/components/responses/${problems[status]?.[0]}` }]),
    ),
  }
}

const queryOf = (schema: JsonSchema): object[] =>
  Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>).map(([name, property]) => ({
    name,
    in: 'query',
    required: requiredOf(schema).includes(name),
    schema: property,
  }))

const requiredOf = ({ required }: JsonSchema): readonly unknown[] => (Array.isArray(required) ? required : [])

const templated = (path: string): string => path.replaceAll(/:(\w+)/g, '{$1}')
const lower = (method: HttpMethod): Lowercase<HttpMethod> => method.toLowerCase() as Lowercase<HttpMethod>
