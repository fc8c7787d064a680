import { and, asc, eq, type SQL } from 'drizzle-orm'
import {
  createProjectPolicy,
  deleteProjectPolicy,
  modifyProjectPolicy,
} from '../../services/identity/project-policies.ts'
import type { GraphContext } from './context.ts'
import { globalId } from './global-id.ts'
import { outcome } from './outcome.ts'
import { visibleProjectPolicies } from './policy-scope.ts'
import sdl from './project-resource-policy.graphql' with { type: 'text' }
import type { GraphResource } from './resource.ts'

async function policies(context: GraphContext, which?: SQL) {
  const { projectResourcePolicies: t } = context.ports.store.tables
  return await context.ports.store.db
    .select()
    .from(t)
    .where(and(visibleProjectPolicies(context), which))
    .orderBy(asc(t.name))
}

export const projectResourcePolicy = {
  sdl,
  queries: {
    project_resource_policy: async (_, { name }, context) => {
      const { projectResourcePolicies: t } = context.ports.store.tables
      return (await policies(context, eq(t.name, name)))[0] ?? null
    },
    project_resource_policies: (_, __, context) => policies(context),
  },
  mutations: {
    create_project_resource_policy: (_, { name, props }, context) =>
      outcome(context, async (identity) => ({
        resource_policy: await createProjectPolicy(identity, context.requester, name, props),
      })),
    modify_project_resource_policy: (_, { name, props }, context) =>
      outcome(context, (identity) => modifyProjectPolicy(identity, context.requester, name, props)),
    delete_project_resource_policy: (_, { name }, context) =>
      outcome(context, (identity) => deleteProjectPolicy(identity, context.requester, name)),
  },
  types: {
    ProjectResourcePolicy: {
      id: (row) => globalId('ProjectResourcePolicy', row.name),
      max_vfolder_size: (row) => row.maxQuotaScopeSize,
    },
  },
} satisfies GraphResource
