import { and, asc, eq, type SQL } from 'drizzle-orm'
import {
  createUserPolicy,
  deleteUserPolicy,
  modifyUserPolicy,
} from '../../services/identity/user-policies.ts'
import type { GraphContext } from './context.ts'
import { globalId } from './global-id.ts'
import { userById } from './loaders.ts'
import { outcome } from './outcome.ts'
import { visibleUserPolicies } from './policy-scope.ts'
import type { GraphResource } from './resource.ts'
import sdl from './user-resource-policy.graphql' with { type: 'text' }

async function policies(context: GraphContext, which?: SQL) {
  const { userResourcePolicies: t } = context.ports.store.tables
  return await context.ports.store.db
    .select()
    .from(t)
    .where(and(visibleUserPolicies(context), which))
    .orderBy(asc(t.name))
}

export const userResourcePolicy = {
  sdl,
  queries: {
    user_resource_policy: async (_, { name }, context) => {
      const { userResourcePolicies: t } = context.ports.store.tables
      const own = name ?? (await userById(context, context.requester.userUuid))?.resourcePolicy ?? ''
      return (await policies(context, eq(t.name, own)))[0] ?? null
    },
    user_resource_policies: (_, __, context) => policies(context),
  },
  mutations: {
    create_user_resource_policy: (_, { name, props }, context) =>
      outcome(context, async (identity) => ({
        resource_policy: await createUserPolicy(identity, context.requester, name, props),
      })),
    modify_user_resource_policy: (_, { name, props }, context) =>
      outcome(context, (identity) => modifyUserPolicy(identity, context.requester, name, props)),
    delete_user_resource_policy: (_, { name }, context) =>
      outcome(context, (identity) => deleteUserPolicy(identity, context.requester, name)),
  },
  types: {
    UserResourcePolicy: {
      id: (row) => globalId('UserResourcePolicy', row.name),
      max_vfolder_size: (row) => row.maxQuotaScopeSize,
    },
  },
} satisfies GraphResource
