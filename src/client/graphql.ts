import type { Connection } from './connection.ts'
import { ApiError } from './errors.ts'

export type Variables = Record<string, unknown>

export interface Page<T> {
  items: T[]
  totalCount: number
}

export interface PageQuery {
  /** Root field such as `agent_list`. */
  root: string
  /** Selection of one item, by the space. */
  fields: readonly string[]
  /** Arguments of the root field: name → type and value. */
  args?: Record<string, readonly [type: string, value: unknown]>
  limit: number
  offset: number
}

/** `POST /admin/gql`. */
export interface GraphQl {
  /** @throws ApiError of kind `graphql-error` when the answer lists errors. */
  query<T>(document: string, variables?: Variables, signal?: AbortSignal): Promise<T>
  /** One page of a list. */
  page<T>(query: PageQuery, signal?: AbortSignal): Promise<Page<T>>
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

  return {
    query,
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
