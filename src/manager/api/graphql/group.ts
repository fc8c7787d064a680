import { and, asc, eq, inArray, type SQL } from 'drizzle-orm'
import { createGroup, deleteGroup, modifyGroup } from '../../services/identity/groups.ts'
import { purgeGroup } from '../../services/identity/purge-group.ts'
import type { GraphContext } from './context.ts'
import sdl from './group.graphql' with { type: 'text' }
import { outcome } from './outcome.ts'
import { projectType, projectTypes, scalingGroupsOfProject, visibleProjects } from './project-scope.ts'
import type { GraphResource } from './resource.ts'

async function groupsWhere(context: GraphContext, domain: string | null | undefined, which?: SQL) {
  const { db, tables } = context.ports.store
  return await db
    .select()
    .from(tables.groups)
    .where(and(visibleProjects(context, domain), which))
    .orderBy(asc(tables.groups.name), asc(tables.groups.id))
}

export const group = {
  sdl,
  queries: {
    // An id names one project, whatever its type.
    group: async (_, { id, domain_name: domain }, context) => {
      const { groups: t } = context.ports.store.tables
      return (await groupsWhere(context, domain, eq(t.id, id)))[0] ?? null
    },
    groups_by_name: (_, { name, domain_name: domain }, context) => {
      const { groups: t } = context.ports.store.tables
      return groupsWhere(context, domain, eq(t.name, name))
    },
    groups: (_, { domain_name: domain, is_active: isActive, type }, context) => {
      const { groups: t } = context.ports.store.tables
      return groupsWhere(
        context,
        domain,
        and(
          typeof isActive === 'boolean' ? eq(t.isActive, isActive) : undefined,
          type ? inArray(t.type, projectTypes(type)) : undefined,
        ),
      )
    },
  },
  mutations: {
    create_group: (_, { name, props }, context) =>
      outcome(context, async (identity) => ({
        group: await createGroup(identity, context.requester, name, props),
      })),
    modify_group: (_, { gid, props }, context) =>
      outcome(context, async (identity) => ({
        group: await modifyGroup(identity, context.requester, gid, props),
      })),
    delete_group: (_, { gid }, context) =>
      outcome(context, (identity) => deleteGroup(identity, context.requester, gid)),
    purge_group: (_, { gid }, context) =>
      outcome(context, (identity) => purgeGroup(identity, context.requester, gid)),
  },
  types: {
    Group: {
      type: projectType,
      scaling_groups: (row, _, context) => scalingGroupsOfProject(context, row.id),
    },
  },
} satisfies GraphResource
