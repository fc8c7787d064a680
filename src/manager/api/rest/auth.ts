import { and, eq } from 'drizzle-orm'
import * as v from 'valibot'
import { uuid } from '../../../api/fields.ts'
import { notFound, Problem } from '../../../core/problem.ts'
import type { ManagerPorts, Requester } from '../../context.ts'
import { checkPassword, emitAccountChanged } from '../../services/credentials.ts'
import { refuseLastSuperadmin } from '../../services/identity/last-superadmin.ts'
import { json } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'

type Ports = Pick<ManagerPorts, 'store' | 'clock'>

/** Who am I: the signing test, roles, leaving. */
export function authRoutes(ports: Ports): readonly Route[] {
  return [
    ...['/auth', '/auth/test'].map((path) =>
      defineRoute({
        method: ['GET', 'POST'],
        path,
        summary: 'Test the signature with an echo',
        auth: 'user',
        audited: false,
        params: v.object({ echo: v.string() }),
        handler: ({ params }) => json({ authorized: 'yes', echo: params.echo }),
      }),
    ),
    role(ports),
    signout(ports),
  ]
}

const role = ({ store }: Ports) =>
  defineRoute({
    method: 'GET',
    path: '/auth/role',
    summary: 'Show your roles',
    auth: 'user',
    params: v.object({ group: v.optional(v.nullable(uuid), null) }),
    handler: async ({ params, requester }) =>
      json({
        global_role: requester.isSuperadmin ? 'superadmin' : 'user',
        domain_role: requester.isAdmin || requester.isSuperadmin ? 'admin' : 'user',
        group_role: params.group === null ? null : await groupRole(store, params.group, requester),
      }),
  })

/** `admin` for administrators of the project, its domain or everything; `user` for members. */
async function groupRole(store: Ports['store'], groupId: string, requester: Requester): Promise<string> {
  const { groups, groupMembers } = store.tables
  const [group] = await store.db.select().from(groups).where(eq(groups.id, groupId)).limit(1)
  const [membership] = await store.db
    .select()
    .from(groupMembers)
    .where(and(eq(groupMembers.groupId, groupId), eq(groupMembers.userId, requester.userUuid)))
    .limit(1)
  const isOverseer =
    requester.isSuperadmin || (requester.isAdmin && group?.domainName === requester.domainName)
  if (!group || (!membership && !isOverseer)) throw notFound('user group')
  return isOverseer || membership?.role === 'admin' ? 'admin' : 'user'
}

const signout = ({ store, clock }: Ports) =>
  defineRoute({
    method: 'POST',
    path: '/auth/signout',
    summary: 'Close your own account',
    auth: 'user',
    params: v.pipe(
      v.object({ email: v.optional(v.string()), username: v.optional(v.string()), password: v.string() }),
      v.check(({ email, username }) => (email ?? username) !== undefined, 'the e-mail address is missing'),
    ),
    handler: async ({ params, requester }) => {
      const email = params.email ?? params.username ?? ''
      if (email !== requester.email) {
        throw new Problem('generic-forbidden', { msg: 'Only your own account can be closed here.' })
      }
      const user = await checkPassword(store, {
        domain: requester.domainName,
        email,
        password: params.password,
      })
      const { users, keypairs } = store.tables
      const modifiedAt = new Date(clock.now())
      await store.tx(async (tx) => {
        await refuseLastSuperadmin(tx, store, user)
        await tx
          .update(users)
          .set({ status: 'inactive', statusInfo: 'user-signout', modifiedAt })
          .where(eq(users.uuid, requester.userUuid))
        await tx
          .update(keypairs)
          .set({ isActive: false, modifiedAt })
          .where(eq(keypairs.user, requester.userUuid))
        await emitAccountChanged(tx, requester.userUuid)
      })
      return json({})
    },
  })
