import { type DocumentNode, GraphQLError } from 'graphql'
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga'
import * as v from 'valibot'
import { anObject } from '../../../api/fields.ts'
import { Problem } from '../../../core/problem.ts'
import { quickResponse } from '../../../lib/http/quick-response.ts'
import type { ManagerPorts, Requester } from '../../context.ts'
import type { BackgroundTasks } from '../../services/background-tasks.ts'
import type { Answer } from '../answer.ts'
import { json } from '../answer.ts'
import { defineRoute, type Route, type RouteContext } from '../route.ts'
import type { GraphContext } from './context.ts'
import { costOf, MAX_COST } from './cost.ts'
import { graphiqlRoutes } from './graphiql.ts'
import { boundedRule, introspects, MAX_TOKENS } from './limits.ts'
import { createGraphSchema } from './schema.ts'

export interface GraphqlOptions {
  ports: ManagerPorts
  tasks: BackgroundTasks
  hideAgents: boolean
  /** Null: as the shared setting `config/api/allow-graphql-schema-introspection` says. */
  introspection: boolean | null
}

const INTROSPECTION_KEY = 'config/api/allow-graphql-schema-introspection'
const MAX_BODY_BYTES = 4 * 1024 * 1024

type DocumentContext = RouteContext<v.InferOutput<typeof documentParams>, Requester>
type Yoga = YogaServerInstance<GraphContext, Record<never, never>>

/** `/admin/gql`, and the older `/admin/graphql` that answers bare data (client-wire.md §2.3). */
export function graphqlRoutes(options: GraphqlOptions): readonly Route[] {
  // Building the schema takes longer than the rest of the manager's start, so the first request pays for it.
  let made: Yoga | null = null
  const yoga = (): Yoga => {
    made ??= createGraphServer(options)
    return made
  }

  async function allowsIntrospection(): Promise<boolean> {
    if (options.introspection !== null) return options.introspection
    return /^(yes|true|on|1)$/i.test((await options.ports.config.get(INTROSPECTION_KEY)) ?? '')
  }

  async function ask(context: DocumentContext): Promise<Response> {
    const wantsStream = context.header('accept')?.includes('text/event-stream') ?? false
    const request = new Request('http://manager/admin/gql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: wantsStream ? 'text/event-stream' : 'application/json',
      },
      body: bodyOf(context.params),
      signal: context.signal,
    })
    return await yoga().fetch(request, {
      requester: context.requester,
      ports: options.ports,
      tasks: options.tasks,
      hideAgents: options.hideAgents,
      allowsIntrospection: await allowsIntrospection(),
      audit: context.audit,
    })
  }

  return [
    ...graphiqlRoutes(),
    defineRoute({
      method: 'POST',
      path: '/admin/gql',
      summary: 'Ask GraphQL',
      audited: false,
      auth: 'user',
      maxBodyBytes: MAX_BODY_BYTES,
      params: documentParams,
      handler: async (context) => await plain(await ask(context)),
    }),
    defineRoute({
      method: 'POST',
      path: '/admin/graphql',
      summary: 'Ask GraphQL for the bare data of the answer',
      deprecated: true,
      audited: false,
      auth: 'user',
      maxBodyBytes: MAX_BODY_BYTES,
      params: documentParams,
      handler: async (context) => await bare(await ask(context)),
    }),
  ]
}

const createGraphServer = (options: GraphqlOptions): Yoga =>
  createYoga<GraphContext>({
    schema: createGraphSchema(),
    graphqlEndpoint: '/admin/gql',
    plugins: [protection()],
    maskedErrors: { maskError: (error) => maskError(error, options.ports.log) },
    logging: false,
    landingPage: false,
    graphiql: false,
    cors: false,
    healthCheckEndpoint: '/admin/gql/health',
  })

const operationName = v.optional(v.nullable(v.string()))
const documentParams = v.object({
  query: v.pipe(
    v.string('expected a GraphQL document'),
    // NUL in the document's own spelling.
    v.check((query) => !/\\u(0000|\{0+\})/.test(query), 'must hold no NUL characters'),
  ),
  variables: v.optional(v.nullable(anObject)),
  operationName,
  operation_name: operationName,
})

/** The request's document as yoga takes it. */
function bodyOf({ query, variables, ...names }: v.InferOutput<typeof documentParams>): string {
  const name = names.operationName ?? names.operation_name
  return JSON.stringify({ query, variables: variables ?? {}, ...(name ? { operationName: name } : {}) })
}

/** One JSON answer without a body stream; event streams pass. */
async function plain(response: Response): Promise<Answer> {
  if (response.headers.get('content-type')?.includes('text/event-stream')) return response
  return quickResponse({
    status: 200,
    head: { 'content-type': 'application/json; charset=utf-8' },
    content: await response.text(),
  })
}

interface GraphAnswer {
  data?: unknown
  errors?: { message: string; path?: unknown }[]
}

async function bare(response: Response): Promise<Answer> {
  const { data, errors } = (await response.json()) as GraphAnswer
  if (errors && errors.length > 0) {
    throw new Problem('graphql-error', {
      data: errors.map(({ message, path }) => (path === undefined ? { message } : { message, path })),
    })
  }
  return json(data ?? null)
}

/** Problems show what they say; anything else is a fault of ours and says nothing. */
function maskError(error: unknown, log: ManagerPorts['log']): Error {
  const cause = error instanceof GraphQLError ? error.originalError : error
  if (error instanceof GraphQLError && (!cause || cause instanceof GraphQLError)) return error
  const place = error instanceof GraphQLError ? { nodes: error.nodes ?? null, path: error.path ?? null } : {}
  if (cause instanceof Problem) {
    const message = cause.msg ? `${cause.title.replace(/\.$/, '')}: ${cause.msg}` : cause.title
    return new GraphQLError(message, { ...place, extensions: { code: cause.kind } })
  }
  log.error({ err: cause }, 'a GraphQL resolver failed unexpectedly')
  return new GraphQLError('Internal server error.', {
    ...place,
    extensions: { code: 'internal-server-error' },
  })
}

function protection(): Plugin<GraphContext> {
  const asked = new WeakMap<DocumentNode, boolean>()
  const asksForSchema = (document: DocumentNode): boolean => {
    const known = asked.get(document) ?? introspects(document)
    asked.set(document, known)
    return known
  }
  return {
    onParse({ parseFn, setParseFn }) {
      setParseFn((source, options) => parseFn(source, { ...options, maxTokens: MAX_TOKENS }))
    },
    onValidate({ addValidationRule }) {
      addValidationRule(boundedRule)
    },
    onExecute({ args, setResultAndStopExecution }) {
      const refuse = (message: string) => setResultAndStopExecution({ errors: [new GraphQLError(message)] })
      if (!args.contextValue.allowsIntrospection && asksForSchema(args.document)) {
        refuse('Introspection of the schema is switched off here.')
        return
      }
      const cost = costOf(args.schema, args.document, {
        operationName: args.operationName ?? null,
        variables: args.variableValues ?? {},
      })
      if (cost > MAX_COST) {
        refuse(`The document may answer more than ${MAX_COST} values; ask for fewer rows or fields.`)
      }
    },
  }
}
