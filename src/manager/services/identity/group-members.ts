import { and, eq, inArray, notInArray } from 'drizzle-orm'
import type { Store, Tx } from '../../../db/store.ts'
import { chunked } from '../rows.ts'
import { emitAccountsChanged } from './account-events.ts'
import type { IdentityContext } from './context.ts'
import { invalid } from './refusals.ts'
import { readUuids } from './uuids.ts'

/** What `modify_group` may do with users; `promote` and `demote` say who administers the project. */
const MODES = ['add', 'remove', 'promote', 'demote'] as const

export interface MemberChange {
  user_update_mode?: string | null
  user_uuids?: readonly (string | null)[] | null
}

interface ReadChange {
  mode: (typeof MODES)[number]
  users: string[]
}

/** Null when nothing is to be changed. @throws Problem for an unknown mode and for what is no UUID. */
export function memberChange(props: MemberChange): ReadChange | null {
  const { user_update_mode: wanted, user_uuids: given } = props
  const users = readUuids('user_uuids', given ?? [])
  if (wanted === null || wanted === undefined || wanted === '') {
    if (users.length === 0) return null
    throw invalid('user_uuids needs user_update_mode "add" or "remove"')
  }
  const mode = MODES.find((one) => one === wanted)
  if (!mode) throw invalid(`user_update_mode is one of ${MODES.join(', ')}, not "${wanted.slice(0, 80)}"`)
  return users.length === 0 ? null : { mode, users }
}

interface Project {
  id: string
  name: string
  domainName: string
}

/** Members come from the project's domain; superadmins belong everywhere. @throws Problem */
export async function changeMembers(
  tx: Tx,
  identity: IdentityContext,
  project: Project,
  change: ReadChange,
): Promise<void> {
  const { store } = identity.ports
  const { groupMembers: t } = store.tables
  const members = await membersOf(tx, store, project.id)
  if (change.mode === 'add') {
    await requireUsers(tx, store, project, change.users)
    const joining = change.users.filter((userId) => !members.has(userId))
    for (const some of chunked(joining)) {
      await tx.insert(t).values(some.map((userId) => ({ id: identity.newId(), userId, groupId: project.id })))
    }
    return
  }
  if (change.mode !== 'remove') requireMembers(project, members, change.users)
  for (const some of chunked(change.users)) {
    const those = and(eq(t.groupId, project.id), inArray(t.userId, some))
    if (change.mode === 'remove') await tx.delete(t).where(those)
    else
      await tx
        .update(t)
        .set({ role: change.mode === 'promote' ? 'admin' : 'member' })
        .where(those)
  }
  // They may see more or less of others' sessions now.
  await emitAccountsChanged(tx, change.users)
}

async function membersOf(tx: Tx, store: Store, groupId: string): Promise<Set<string>> {
  const { groupMembers: t } = store.tables
  const rows = await tx.select({ userId: t.userId }).from(t).where(eq(t.groupId, groupId))
  return new Set(rows.map(({ userId }) => userId))
}

function requireMembers(project: Project, members: ReadonlySet<string>, users: readonly string[]): void {
  const stranger = users.find((userId) => !members.has(userId))
  if (stranger) throw invalid(`The user ${stranger} is no member of the project "${project.name}".`)
}

async function requireUsers(
  tx: Tx,
  store: Store,
  project: Project,
  wanted: readonly string[],
): Promise<void> {
  const { users } = store.tables
  const found = new Map<string, { domainName: string | null; role: string }>()
  for (const some of chunked(wanted)) {
    const rows = await tx
      .select({ uuid: users.uuid, domainName: users.domainName, role: users.role })
      .from(users)
      .where(inArray(users.uuid, some))
    for (const row of rows) found.set(row.uuid, row)
  }
  for (const uuid of wanted) {
    const user = found.get(uuid)
    if (user && (user.domainName === project.domainName || user.role === 'superadmin')) continue
    throw invalid(`There is no user ${uuid} in the domain "${project.domainName}".`)
  }
}

/** After a project has moved to another domain: members who are not of it leave. */
export async function dropForeignMembers(tx: Tx, store: Store, project: Project): Promise<void> {
  const { groupMembers: t, users } = store.tables
  const own = tx.select({ uuid: users.uuid }).from(users).where(eq(users.domainName, project.domainName))
  const left = await tx
    .delete(t)
    .where(and(eq(t.groupId, project.id), notInArray(t.userId, own)))
    .returning({ userId: t.userId })
  await emitAccountsChanged(
    tx,
    left.map(({ userId }) => userId),
  )
}
