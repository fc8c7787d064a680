import { and, asc, eq, inArray } from 'drizzle-orm'
import { createDomain, deleteDomain, modifyDomain } from '../../services/identity/domains.ts'
import { purgeDomain } from '../../services/identity/purge-domain.ts'
import { domainBound } from './access.ts'
import type { GraphContext } from './context.ts'
import { defineLoader } from './define-loader.ts'
import sdl from './domain.graphql' with { type: 'text' }
import { outcome } from './outcome.ts'
import type { GraphResource } from './resource.ts'

async function domainsWhere(context: GraphContext, name: string | null, isActive?: boolean | null) {
  const { domains: t } = context.ports.store.tables
  return await context.ports.store.db
    .select()
    .from(t)
    .where(
      and(
        name === null ? undefined : eq(t.name, name),
        typeof isActive === 'boolean' ? eq(t.isActive, isActive) : undefined,
      ),
    )
    .orderBy(asc(t.name))
}

const scalingGroups = defineLoader(async ({ store: { db, tables } }, names: readonly string[]) => {
  const { scalingGroupDomains: t } = tables
  const rows = await db
    .select({ domain: t.domain, name: t.scalingGroup })
    .from(t)
    .where(inArray(t.domain, [...names]))
    .orderBy(asc(t.scalingGroup))
  const found = Map.groupBy(rows, ({ domain }) => domain)
  return new Map([...found].map(([domain, list]) => [domain, list.map(({ name }) => name)]))
})

export const domain = {
  sdl,
  queries: {
    domain: async (_, { name }, context) => {
      const bound = domainBound(context, name) ?? context.requester.domainName
      return (await domainsWhere(context, bound))[0] ?? null
    },
    domains: (_, { is_active: isActive }, context) =>
      domainsWhere(context, domainBound(context, null), isActive),
  },
  mutations: {
    create_domain: (_, { name, props }, context) =>
      outcome(context, async (identity) => ({
        domain: await createDomain(identity, context.requester, name, props),
      })),
    modify_domain: (_, { name, props }, context) =>
      outcome(context, async (identity) => ({
        domain: await modifyDomain(identity, context.requester, name, props),
      })),
    delete_domain: (_, { name }, context) =>
      outcome(context, (identity) => deleteDomain(identity, context.requester, name)),
    purge_domain: (_, { name }, context) =>
      outcome(context, (identity) => purgeDomain(identity, context.requester, name)),
  },
  types: {
    Domain: {
      scaling_groups: async (row, _, context) => (await scalingGroups(context, row.name)) ?? [],
    },
  },
} satisfies GraphResource
