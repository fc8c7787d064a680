import { and, eq, inArray, or } from 'drizzle-orm'
import * as v from 'valibot'
import { notFound, Problem } from '../../../core/problem.ts'
import type { Store } from '../../../db/store.ts'
import type { ManagerPorts, Requester } from '../../context.ts'
import { allowedScalingGroups } from '../../services/allowed-scaling-groups.ts'
import { json } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const PROBE_TIMEOUT_MS = 5000

/** Resource groups of the caller, and which app proxy they have. */
export function scalingGroupRoutes({ store }: Pick<ManagerPorts, 'store'>): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/scaling-groups',
      summary: 'List the scaling groups open to a project',
      auth: 'user',
      // The misspelt keys are those of older web clients.
      params: v.pipe(
        v.object({
          group: v.optional(v.nullable(v.string())),
          group_id: v.optional(v.nullable(v.string())),
          group_name: v.optional(v.nullable(v.string())),
        }),
        v.transform((given) => given.group ?? given.group_id ?? given.group_name ?? null),
      ),
      handler: async ({ params, requester }) => {
        const groups = await groupsOf(store, requester, params)
        const rows = await allowedScalingGroups(store, { ...requester, groupIds: groups })
        // Hidden groups serve the system; administrators see them.
        const shown = rows.filter(({ isPublic }) => isPublic || requester.isAdmin || requester.isSuperadmin)
        return json({ scaling_groups: shown.map(({ name }) => ({ name })) })
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/scaling-groups/:name/wsproxy-version',
      summary: 'Show the app proxy version of a scaling group',
      auth: 'user',
      params: v.object({ group: v.optional(v.nullable(v.string()), null) }),
      handler: async ({ path, params, requester, signal }) => {
        const groups = await groupsOf(store, requester, params.group)
        const rows = await allowedScalingGroups(store, { ...requester, groupIds: groups })
        const row = rows.find(({ name }) => name === path.name)
        if (!row) throw notFound('scaling group')
        const version = row.wsproxyAddr === null ? 'v1' : await proxyVersion(row.wsproxyAddr, signal)
        return json({ wsproxy_version: version })
      },
    }),
  ]
}

/** Ids of the project that is named (by name or id), or of all the caller's; superadmins may name any. */
async function groupsOf(store: Store, requester: Requester, named: string | null): Promise<string[]> {
  const { groups, groupMembers } = store.tables
  const isNamed = named ? (UUID.test(named) ? eq(groups.id, named) : eq(groups.name, named)) : undefined
  const ofCaller = store.db
    .select({ id: groupMembers.groupId })
    .from(groupMembers)
    .where(eq(groupMembers.userId, requester.userUuid))
  const scope = requester.isSuperadmin
    ? undefined
    : or(
        inArray(groups.id, ofCaller),
        requester.isAdmin ? eq(groups.domainName, requester.domainName) : undefined,
      )
  const rows = await store.db
    .select({ id: groups.id })
    .from(groups)
    .where(and(eq(groups.isActive, true), isNamed, scope))
  if (named && rows.length === 0) throw notFound('user group', `There is no project "${named}" of yours.`)
  return rows.map(({ id }) => id)
}

async function proxyVersion(address: string, signal: AbortSignal): Promise<string> {
  try {
    const answer = await fetch(`${address.replace(/\/+$/, '')}/status`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(PROBE_TIMEOUT_MS)]),
    })
    const body: unknown = await answer.json()
    return v.parse(v.object({ api_version: v.string() }), body).api_version
  } catch (cause) {
    throw new Problem('service-unavailable', { msg: `The app proxy at ${address} does not answer.`, cause })
  }
}
