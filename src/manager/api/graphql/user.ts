import { and, eq } from 'drizzle-orm'
import { Problem } from '../../../core/problem.ts'
import { domainBound, userBound } from './access.ts'
import type { GraphContext } from './context.ts'
import { groupsOfUser } from './loaders.ts'
import type { GraphResource } from './resource.ts'
import sdl from './user.graphql' with { type: 'text' }

const forbidden = () => new Problem('generic-forbidden', { msg: 'Other accounts are not yours to see.' })

async function userOf(context: GraphContext, args: { domain_name?: string | null; email?: string | null }) {
  const { requester, ports } = context
  const { users } = ports.store.tables
  const domain = domainBound(context, args.domain_name)
  const email = args.email ?? requester.email
  if (userBound(context) !== null && email !== requester.email) throw forbidden()
  const [row] = await ports.store.db
    .select()
    .from(users)
    .where(and(eq(users.email, email), domain === null ? undefined : eq(users.domainName, domain)))
  return row ?? null
}

export const user = {
  sdl,
  queries: {
    user: (_, args, context) => userOf(context, args),
  },
  types: {
    User: {
      id: (row) => row.uuid,
      is_active: (row) => row.status === 'active',
      groups: (row, _, context) => groupsOfUser(context, row.uuid),
    },
  },
} satisfies GraphResource
