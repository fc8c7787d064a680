import type { Connection } from './connection.ts'
import { ApiError } from './errors.ts'

export type Variables = Record<string, unknown>

export interface Page<T> {
  items: T[]
  totalCount: number
}

/** Arguments of a root field: name → type and value. */
export type Arguments = Record<string, readonly [type: string, value: unknown]>

export interface PageQuery {
  /** Root field such as `agent_list`. */
  root: string
  /** Selection of one item, by the space. */
  fields: readonly string[]
  args?: Arguments
  limit: number
  offset: number
}

export interface FieldQuery {
  root: string
  /** Selection of the answer; none where it is no object. */
  fields: readonly string[]
  /** Undefined ones are left out of the document. */
  args?: Arguments
  signal?: AbortSignal | undefined
}

/** What every mutation answers beside the object that it made. */
export interface Outcome {
  ok: boolean
  msg: string | null
}

/** `POST /admin/gql`. */
export interface GraphQl {
  /** @throws ApiError of kind `graphql-error` when the answer lists errors. */
  query<T>(document: string, variables?: Variables, signal?: AbortSignal): Promise<T>
  /** One page of a list. */
  page<T>(query: PageQuery, signal?: AbortSignal): Promise<Page<T>>
  /** The value of one root field. */
  read<T>(query: FieldQuery): Promise<T>
  /** What a mutation without `ok` and `msg` gave. */
  write<T>(mutation: FieldQuery): Promise<T>
  /**
   * What a mutation gave beside `ok` and `msg`; `fields` are those of the object it names.
   * @throws ApiError with `msg` when it was not `ok`.
   */
  change<T>(mutation: Omit<FieldQuery, 'fields'> & { fields?: readonly string[] }): Promise<Outcome & T>
}

interface GraphQlAnswer {
  data?: unknown
  errors?: { message: string; path?: unknown[] }[]
}

export function createGraphQl(connection: Connection): GraphQl {
  async function query<T>(document: string, variables: Variables = {}, signal?: AbortSignal): Promise<T> {
    const answer = await connection.json<GraphQlAnswer>({
      method: 'POST',
      path: ['admin', 'gql'],
      json: { query: document, variables },
      isIdempotent: !/\bmutation\b/.test(document),
      signal,
    })
    if (!answer.errors?.length) return answer.data as T
    throw new ApiError(400, {
      type: 'https://api.backend.ai/probs/graphql-error',
      title: 'GraphQL-generated error.',
      msg: answer.errors.map((error) => error.message).join('; '),
      data: answer.errors,
    })
  }

  async function ask<T>(kind: 'query' | 'mutation', request: FieldQuery): Promise<T> {
    const { document, variables } = documentOf(kind, request)
    const data = await query<Record<string, T>>(document, variables, request.signal)
    return data[request.root] as T
  }

  return {
    query,
    read: (request) => ask('query', request),
    write: (request) => ask('mutation', request),
    async change<T>(request: Omit<FieldQuery, 'fields'> & { fields?: readonly string[] }) {
      const fields = ['ok', 'msg', ...(request.fields ?? [])]
      const outcome = await ask<(Outcome & T) | null>('mutation', { ...request, fields })
      if (outcome?.ok) return outcome
      const msg = outcome?.msg || 'The server gives no reason.'
      throw new ApiError(400, { title: 'The request was refused.', msg })
    },
    async page<T>(request: PageQuery, signal?: AbortSignal): Promise<Page<T>> {
      const args = Object.entries(request.args ?? {})
      const declared = args.map(([name, [type]]) => `, $${name}: ${type}`).join('')
      const passed = args.map(([name]) => `, ${name}: $${name}`).join('')
      const document =
        `query($limit: Int!, $offset: Int!${declared}) { ${request.root}(limit: $limit, offset: $offset${passed}) ` +
        `{ items { ${request.fields.join(' ')} } total_count } }`
      const values = Object.fromEntries(args.map(([name, [, value]]) => [name, value]))
      const variables = { limit: request.limit, offset: request.offset, ...values }
      const data = await query<Record<string, { items: T[]; total_count: number }>>(
        document,
        variables,
        signal,
      )
      const list = data[request.root]
      return { items: list?.items ?? [], totalCount: list?.total_count ?? 0 }
    },
  }
}

function documentOf(
  kind: 'query' | 'mutation',
  { root, fields, args }: FieldQuery,
): { document: string; variables: Variables } {
  const given = Object.entries(args ?? {}).filter(([, [, value]]) => value !== undefined)
  const list = (texts: string[]): string => (texts.length === 0 ? '' : `(${texts.join(', ')})`)
  const declared = list(given.map(([name, [type]]) => `$${name}: ${type}`))
  const passed = list(given.map(([name]) => `${name}: $${name}`))
  const selection = fields.length === 0 ? '' : ` { ${fields.join(' ')} }`
  return {
    document: `${kind}${declared} { ${root}${passed}${selection} }`,
    variables: Object.fromEntries(given.map(([name, [, value]]) => [name, value])),
  }
}
