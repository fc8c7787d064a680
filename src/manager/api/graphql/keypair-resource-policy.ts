import { and, asc, eq, type SQL } from 'drizzle-orm'
import {
  createKeypairPolicy,
  deleteKeypairPolicy,
  modifyKeypairPolicy,
} from '../../services/identity/keypair-policies.ts'
import type { GraphContext } from './context.ts'
import sdl from './keypair-resource-policy.graphql' with { type: 'text' }
import { outcome } from './outcome.ts'
import { visibleKeypairPolicies } from './policy-scope.ts'
import type { GraphResource } from './resource.ts'

async function policies(context: GraphContext, which?: SQL) {
  const { keypairResourcePolicies: t } = context.ports.store.tables
  return await context.ports.store.db
    .select()
    .from(t)
    .where(and(visibleKeypairPolicies(context), which))
    .orderBy(asc(t.name))
}

export const keypairResourcePolicy = {
  sdl,
  queries: {
    keypair_resource_policy: async (_, { name }, context) => {
      const { keypairResourcePolicies: t } = context.ports.store.tables
      return (await policies(context, eq(t.name, name ?? context.requester.resourcePolicy)))[0] ?? null
    },
    keypair_resource_policies: (_, __, context) => policies(context),
  },
  mutations: {
    create_keypair_resource_policy: (_, { name, props }, context) =>
      outcome(context, async (identity) => ({
        resource_policy: await createKeypairPolicy(identity, context.requester, name, props),
      })),
    modify_keypair_resource_policy: (_, { name, props }, context) =>
      outcome(context, (identity) => modifyKeypairPolicy(identity, context.requester, name, props)),
    delete_keypair_resource_policy: (_, { name }, context) =>
      outcome(context, (identity) => deleteKeypairPolicy(identity, context.requester, name)),
  },
  types: {
    KeyPairResourcePolicy: {
      max_quota_scope_size: (row) => row.maxVfolderSize,
    },
  },
} satisfies GraphResource
