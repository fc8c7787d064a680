import type { GraphQl, Page } from '../graphql.ts'
import { type PageOptions, pageArguments, pageBounds } from './page-query.ts'
import { selection } from './selection.ts'
import { wireInput } from './wire-input.ts'

export interface KeyPair {
  id: string
  /** E-mail address of the owner. */
  user_id: string
  full_name: string | null
  access_key: string
  /** Null where the caller may not read it. */
  secret_key: string | null
  is_active: boolean
  is_admin: boolean
  resource_policy: string
  created_at: string
  last_used: string | null
  /** Requests in 15 minutes. */
  rate_limit: number
  num_queries: number
  /** UUID of the owner. */
  user: string
  projects: string[]
  ssh_public_key: string | null
  concurrency_used: number
  user_info: { email: string | null; full_name: string | null }
}

export interface KeyPairChanges {
  isActive?: boolean | undefined
  isAdmin?: boolean | undefined
  resourcePolicy?: string | undefined
  /** Requests in 15 minutes. */
  rateLimit?: number | undefined
}

const FIELDS = [
  'user_id',
  'user_info',
  'access_key',
  'secret_key',
  'is_active',
  'is_admin',
  'created_at',
  'last_used',
  'resource_policy',
  'rate_limit',
  'concurrency_used',
] as const satisfies readonly (keyof KeyPair)[]
type Fields = (typeof FIELDS)[number]

export interface KeyPairFilter {
  isActive?: boolean | undefined
  domainName?: string | undefined
  /** E-mail address of the owner. */
  userId?: string | undefined
}

export interface KeyPairs {
  list<K extends keyof KeyPair = Fields>(
    query?: KeyPairFilter & PageOptions & { fields?: readonly K[] },
    signal?: AbortSignal,
  ): Promise<Page<Pick<KeyPair, K>>>
  /** Without pages. */
  listAll<K extends keyof KeyPair = Fields>(
    query?: KeyPairFilter & { fields?: readonly K[] },
  ): Promise<Pick<KeyPair, K>[]>
  /** The one that signs by default; null when there is none, or it is not visible. */
  detail<K extends keyof KeyPair = Fields>(
    accessKey?: string,
    fields?: readonly K[],
  ): Promise<Pick<KeyPair, K> | null>
  /** Of a user's e-mail address. */
  create(
    userId: string,
    input: KeyPairChanges & { resourcePolicy: string },
  ): Promise<{ access_key: string; secret_key: string }>
  /** Changes what is given. */
  update(accessKey: string, changes: KeyPairChanges): Promise<void>
  activate(accessKey: string): Promise<void>
  deactivate(accessKey: string): Promise<void>
  delete(accessKey: string): Promise<void>
}

/** Rate limit of new key pairs. */
const RATE_LIMIT = 5000

export function createKeyPairs(graphql: GraphQl): KeyPairs {
  const ofKey = (accessKey: string) => ({ access_key: ['String!', accessKey] }) as const

  async function update(accessKey: string, changes: KeyPairChanges): Promise<void> {
    const args = { ...ofKey(accessKey), props: ['ModifyKeyPairInput!', wireInput(changes)] } as const
    await graphql.change({ root: 'modify_keypair', args })
  }

  return {
    list: (query = {}, signal) =>
      graphql.page(
        {
          root: 'keypair_list',
          fields: selection(query.fields ?? FIELDS),
          args: {
            is_active: ['Boolean', query.isActive ?? null],
            domain_name: ['String', query.domainName ?? null],
            email: ['String', query.userId ?? null],
            ...pageArguments(query),
          },
          ...pageBounds(query),
        },
        signal,
      ),
    listAll: (query = {}) =>
      graphql.read({
        root: 'keypairs',
        fields: selection(query.fields ?? FIELDS),
        args: {
          is_active: ['Boolean', query.isActive],
          domain_name: ['String', query.domainName],
          email: ['String', query.userId],
        },
      }),
    detail: (accessKey, fields) =>
      graphql.read({
        root: 'keypair',
        fields: selection(fields ?? FIELDS),
        args: { access_key: ['String', accessKey] },
      }),
    async create(userId, input) {
      const rateLimit = input.rateLimit ?? RATE_LIMIT
      const { keypair } = await graphql.change<{ keypair: { access_key: string; secret_key: string } }>({
        root: 'create_keypair',
        fields: ['keypair { access_key secret_key }'],
        args: {
          user_id: ['String!', userId],
          props: ['KeyPairInput!', wireInput({ ...input, rateLimit })],
        },
      })
      return keypair
    },
    update,
    activate: (accessKey) => update(accessKey, { isActive: true }),
    deactivate: (accessKey) => update(accessKey, { isActive: false }),
    async delete(accessKey) {
      await graphql.change({ root: 'delete_keypair', args: ofKey(accessKey) })
    },
  }
}
