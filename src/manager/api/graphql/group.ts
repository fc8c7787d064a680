import { and, asc, eq, inArray } from 'drizzle-orm'
import { domainBound, userBound } from './access.ts'
import type { GraphContext } from './context.ts'
import { defineLoader } from './define-loader.ts'
import sdl from './group.graphql' with { type: 'text' }
import type { GraphResource } from './resource.ts'
import type { GroupRow } from './rows.ts'

interface GroupArgs {
  domain_name?: string | null
  is_active?: boolean | null
  name?: string
  id?: string
}

async function groupsWhere(context: GraphContext, args: GroupArgs): Promise<GroupRow[]> {
  const { db, tables } = context.ports.store
  const { groups: t, groupMembers } = tables
  const domain = domainBound(context, args.domain_name)
  const member = userBound(context)
  const own =
    member === null
      ? undefined
      : inArray(
          t.id,
          db.select({ id: groupMembers.groupId }).from(groupMembers).where(eq(groupMembers.userId, member)),
        )
  return await db
    .select()
    .from(t)
    .where(
      and(
        domain === null ? undefined : eq(t.domainName, domain),
        typeof args.is_active === 'boolean' ? eq(t.isActive, args.is_active) : undefined,
        args.name === undefined ? undefined : eq(t.name, args.name),
        args.id === undefined ? undefined : eq(t.id, args.id),
        own,
      ),
    )
    .orderBy(asc(t.name))
}

const scalingGroups = defineLoader(async ({ store: { db, tables } }, ids: readonly string[]) => {
  const { scalingGroupGroups: t } = tables
  const rows = await db
    .select({ group: t.group, name: t.scalingGroup })
    .from(t)
    .where(inArray(t.group, [...ids]))
    .orderBy(asc(t.scalingGroup))
  const found = Map.groupBy(rows, ({ group }) => group)
  return new Map([...found].map(([id, list]) => [id, list.map(({ name }) => name)]))
})

export const group = {
  sdl,
  queries: {
    group: async (_, { type: _type, ...args }, context) => (await groupsWhere(context, args))[0] ?? null,
    groups_by_name: (_, args, context) => groupsWhere(context, args),
    groups: (_, { type: _type, ...args }, context) => groupsWhere(context, args),
  },
  types: {
    Group: {
      scaling_groups: async (row, _, context) => (await scalingGroups(context, row.id)) ?? [],
    },
  },
} satisfies GraphResource
