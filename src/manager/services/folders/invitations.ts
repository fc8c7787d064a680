import { and, eq, inArray, or, type SQL } from 'drizzle-orm'
import { notFound, Problem } from '../../../core/problem.ts'
import { LIVE_VFOLDER_STATUSES, type VfolderPermission } from '../../../core/vfolder.ts'
import type { Requester } from '../../context.ts'
import { nameTaken } from './create-folder.ts'
import { findFolder } from './find-folder.ts'
import type { FolderPorts } from './folder-context.ts'
import { requireHostPermission } from './host-grants.ts'
import { visibleFolders } from './visible-folders.ts'

type Ports = Pick<FolderPorts, 'store' | 'clock'>

/** Invites users of the domain to a folder; gives whom, without those who are in it or invited already. */
export async function invite(
  { store, clock, newId }: Ports & { newId: () => string },
  requester: Requester,
  nameOrId: string,
  emails: readonly string[],
  permission: VfolderPermission,
): Promise<string[]> {
  const { row } = await findFolder(store, requester, nameOrId, { permission: 'owner' })
  if (row.name.startsWith('.'))
    throw new Problem('generic-forbidden', { msg: 'Folders that are mounted everywhere cannot be shared.' })
  await requireHostPermission(store, requester, row, 'invite-others')
  const { users, vfolderInvitations: i, vfolderPermissions: p } = store.tables
  const at = new Date(clock.now())
  return await store.tx(async (tx) => {
    const found = await tx
      .select({ uuid: users.uuid, email: users.email })
      .from(users)
      .where(
        and(
          inArray(users.email, [...new Set(emails)]),
          eq(users.status, 'active'),
          requester.isSuperadmin ? undefined : eq(users.domainName, requester.domainName),
        ),
      )
    const guests = found.filter(({ uuid }) => uuid !== requester.userUuid && uuid !== row.user)
    if (guests.length === 0) throw invalid('None of them is another user of your domain.')
    const granted = await tx.select({ user: p.user }).from(p).where(eq(p.vfolder, row.id))
    const invited = await tx
      .select({ invitee: i.invitee })
      .from(i)
      .where(and(eq(i.vfolder, row.id), eq(i.state, 'pending')))
    const fresh = guests.filter(
      ({ uuid, email }) =>
        !granted.some(({ user }) => user === uuid) && !invited.some(({ invitee }) => invitee === email),
    )
    if (fresh.length > 0) {
      await tx.insert(i).values(
        fresh.map(({ email }) => ({
          id: newId(),
          permission,
          inviter: requester.email,
          invitee: email,
          state: 'pending',
          createdAt: at,
          modifiedAt: at,
          vfolder: row.id,
        })),
      )
    }
    return fresh.map(({ email }) => email)
  })
}

const invalid = (msg: string) => new Problem('invalid-api-params', { msg, data: {} })

/** Invitations that nobody has answered: those to the requester, or those that they have sent. */
export async function pendingInvitations(
  { store }: Pick<Ports, 'store'>,
  { email }: Pick<Requester, 'email'>,
  side: 'received' | 'sent',
) {
  const { vfolderInvitations: i } = store.tables
  const rows = await select(store, eq(side === 'received' ? i.invitee : i.inviter, email))
  return rows.map(({ invitation, name }) => ({
    id: invitation.id,
    inviter: invitation.inviter,
    invitee: invitation.invitee,
    perm: invitation.permission,
    permission: invitation.permission,
    state: invitation.state,
    created_at: invitation.createdAt.toISOString(),
    modified_at: invitation.modifiedAt.toISOString(),
    vfolder_id: invitation.vfolder,
    vfolder_name: name,
  }))
}

async function select(store: Ports['store'], where: SQL | undefined) {
  const { vfolderInvitations: i, vfolders: f } = store.tables
  return await store.db
    .select({ invitation: i, name: f.name })
    .from(i)
    .innerJoin(f, eq(i.vfolder, f.id))
    .where(and(eq(i.state, 'pending'), inArray(f.status, [...LIVE_VFOLDER_STATUSES]), where))
    .orderBy(i.createdAt, i.id)
}

async function one(store: Ports['store'], id: string, where: SQL | undefined) {
  const { vfolderInvitations: i } = store.tables
  const [found] = await select(store, and(eq(i.id, id), where))
  if (!found) throw notFound('vfolder invitation', 'There is no such invitation that is still open.')
  return found
}

/** Another permission for an invitation that was sent. */
export async function changeInvitation(
  { store, clock }: Ports,
  requester: Requester,
  id: string,
  permission: VfolderPermission,
): Promise<void> {
  const { vfolderInvitations: i } = store.tables
  await one(store, id, eq(i.inviter, requester.email))
  const modifiedAt = new Date(clock.now())
  const pending = and(eq(i.id, id), eq(i.state, 'pending'))
  await store.tx((tx) => tx.update(i).set({ permission, modifiedAt }).where(pending))
}

/** Takes up an invitation, unless the name means another folder of the requester already. */
export async function acceptInvitation(
  { store, clock, newId }: Ports & { newId: () => string },
  requester: Requester,
  id: string,
): Promise<void> {
  const { vfolderInvitations: i, vfolderPermissions: p, vfolders: f } = store.tables
  const { invitation, name } = await one(store, id, eq(i.invitee, requester.email))
  const namesakes = await visibleFolders(store, requester, { where: eq(f.name, name) })
  if (namesakes.some(({ row }) => row.id !== invitation.vfolder)) throw nameTaken(name)
  await store.tx(async (tx) => {
    const accepted = await tx
      .update(i)
      .set({ state: 'accepted', modifiedAt: new Date(clock.now()) })
      .where(and(eq(i.id, id), eq(i.state, 'pending')))
      .returning({ permission: i.permission })
    const [{ permission } = { permission: null }] = accepted
    if (permission === null) throw notFound('vfolder invitation')
    const mine = and(eq(p.vfolder, invitation.vfolder), eq(p.user, requester.userUuid))
    await tx.delete(p).where(mine)
    await tx
      .insert(p)
      .values({ id: newId(), permission, vfolder: invitation.vfolder, user: requester.userUuid })
  })
}

/** Declines an invitation, or takes back one that was sent. Gives what was done. */
export async function dropInvitation(
  { store, clock }: Ports,
  requester: Requester,
  id: string,
): Promise<string> {
  const { vfolderInvitations: i } = store.tables
  const own = or(eq(i.invitee, requester.email), eq(i.inviter, requester.email))
  const { invitation, name } = await one(store, id, own)
  const state = invitation.inviter === requester.email ? 'canceled' : 'rejected'
  const pending = and(eq(i.id, id), eq(i.state, 'pending'))
  await store.tx((tx) =>
    tx
      .update(i)
      .set({ state, modifiedAt: new Date(clock.now()) })
      .where(pending),
  )
  return state === 'canceled'
    ? `The invitation of ${invitation.invitee} to "${name}" is cancelled.`
    : `The invitation to "${name}" is declined.`
}
