import type { GraphQl } from '../graphql.ts'
import { selection } from './selection.ts'

/** The space of one user or project on a storage host. */
export interface QuotaScope {
  /** `user:UUID` or `project:UUID`. */
  quota_scope_id: string
  storage_host_name: string
  details: {
    /** Null where the storage does not count. */
    usage_bytes: number | null
    usage_count: number | null
    /** Null: no limit. */
    hard_limit_bytes: number | null
  }
}

/** By storage host (`PROXY:VOLUME`) and scope (`user:UUID`, `project:UUID`). */
export interface QuotaScopes {
  /** Null when there is none. */
  detail(host: string, scope: string): Promise<QuotaScope | null>
  set(host: string, scope: string, hardLimitBytes: number): Promise<QuotaScope>
  /** Removes the limit. */
  unset(host: string, scope: string): Promise<void>
}

const FIELDS = selection(['quota_scope_id', 'storage_host_name', 'details'])

export function createQuotaScopes(graphql: GraphQl): QuotaScopes {
  const at = (host: string, scope: string) =>
    ({ storage_host_name: ['String!', host], quota_scope_id: ['String!', scope] }) as const
  const scopeField = [`quota_scope { ${FIELDS.join(' ')} }`]
  return {
    detail: (host, scope) => graphql.read({ root: 'quota_scope', fields: FIELDS, args: at(host, scope) }),
    async set(host, scope, hardLimitBytes) {
      const props = ['QuotaScopeInput!', { hard_limit_bytes: hardLimitBytes }] as const
      const answer = await graphql.write<{ quota_scope: QuotaScope }>({
        root: 'set_quota_scope',
        fields: scopeField,
        args: { ...at(host, scope), props },
      })
      return answer.quota_scope
    },
    async unset(host, scope) {
      await graphql.write({ root: 'unset_quota_scope', fields: scopeField, args: at(host, scope) })
    },
  }
}
