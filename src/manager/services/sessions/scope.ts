import { and, eq, inArray, or } from 'drizzle-orm'
import { notFound, Problem } from '../../../core/problem.ts'
import type { SessionType } from '../../../core/status.ts'
import type { Store } from '../../../db/store.ts'
import type { ScalingGroupRow } from '../rows.ts'
import { enqueueQueries } from './enqueue-queries.ts'
import type { Owner } from './owner.ts'

type Readable = Pick<Store, 'db' | 'tables'>

const invalid = (msg: string) => new Problem('invalid-api-params', { msg, data: {} })
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The domain and the project in which the owner wants the session; administrators need no membership. */
export async function resolveProject(store: Readable, owner: Owner, domainName: string, group: string) {
  const { groupMembers } = store.tables
  const { user } = owner
  if (user.role !== 'superadmin' && user.domainName !== domainName) {
    throw invalid(`Invalid domain: you are not in "${domainName}".`)
  }
  const queries = enqueueQueries(store)
  const byName = await queries.project({ domain: domainName, name: group })
  const [row] =
    byName.length === 0 && UUID.test(group)
      ? await queries.projectById({ domain: domainName, id: group.toLowerCase() })
      : byName
  if (!row) throw invalid(`Invalid group: the domain "${domainName}" has no project "${group}".`)
  if (user.role === 'superadmin' || user.role === 'admin') return row
  const members = await store.db
    .select({ id: groupMembers.id })
    .from(groupMembers)
    .where(and(eq(groupMembers.groupId, row.project.id), eq(groupMembers.userId, user.uuid)))
  if (members.length === 0) throw invalid(`Invalid group: you are not a member of "${group}".`)
  return row
}

export type Scope = Awaited<ReturnType<typeof resolveProject>>

const DEFAULT_SESSION_TYPES = ['interactive', 'batch']

/** The resource group asked for, or the first one allowed that takes this type of session. */
export async function resolveScalingGroup(
  store: Readable,
  owner: Owner,
  scope: Scope,
  wanted: string | null,
  type: SessionType,
): Promise<ScalingGroupRow> {
  const allowed = await enqueueQueries(store).scalingGroups({
    domain: scope.domain.name,
    project: scope.project.id,
    accessKey: owner.keypair.accessKey,
  })
  const usable = allowed.filter((group) => group.isPublic || type === 'system')
  if (usable.length === 0) throw notFound('scaling group', 'You may use no resource group.')
  if (wanted === null) {
    const first = usable.find((group) => takes(group, type))
    if (!first) throw notFound('scaling group', `None of your resource groups takes ${type} sessions.`)
    return first
  }
  const group = usable.find((one) => one.name === wanted)
  if (!group) throw notFound('scaling group', `You may not use a resource group named "${wanted}".`)
  if (!takes(group, type)) {
    throw new Problem('generic-bad-request', {
      msg: `The resource group "${wanted}" does not take ${type} sessions.`,
    })
  }
  return group
}

function takes(group: ScalingGroupRow, type: SessionType): boolean {
  const { allowed_session_types: types } = group.schedulerOpts
  return type === 'system' || (Array.isArray(types) ? types : DEFAULT_SESSION_TYPES).includes(type)
}

/** The sessions that a new one waits for, named by id or by the name of one of the owner's. */
export async function resolveDependencies(
  store: Readable,
  accessKey: string,
  wanted: readonly string[],
): Promise<string[]> {
  if (wanted.length === 0) return []
  const { sessions } = store.tables
  const ids = wanted.filter((one) => UUID.test(one)).map((one) => one.toLowerCase())
  const rows = await store.db
    .select({ id: sessions.id, name: sessions.name, createdAt: sessions.createdAt })
    .from(sessions)
    .where(
      and(
        eq(sessions.accessKey, accessKey),
        ids.length > 0
          ? or(inArray(sessions.id, ids), inArray(sessions.name, [...wanted]))
          : inArray(sessions.name, [...wanted]),
      ),
    )
  const newestFirst = rows.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
  return [
    ...new Set(
      wanted.map((one) => {
        const row = newestFirst.find(({ id, name }) => id === one.toLowerCase() || name === one)
        if (!row) throw invalid(`The session to depend on does not exist: "${one}".`)
        return row.id
      }),
    ),
  ]
}
