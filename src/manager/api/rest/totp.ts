import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { otp } from '../../../api/otp.ts'
import type { ManagerPorts } from '../../context.ts'
import { activateTotp, beginTotp, registrant, removeTotp } from '../../services/totp.ts'
import { json } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'

const registration_token = v.pipe(v.string(), v.maxLength(256))

/** One-time passwords as a second factor; the calls are those of the original's web page. */
export function totpRoutes(ports: Pick<ManagerPorts, 'store' | 'cache' | 'clock'>): readonly Route[] {
  const { users } = ports.store.tables
  return [
    defineRoute({
      method: 'GET',
      path: '/totp',
      summary: 'Show whether two-factor login is active',
      auth: 'user',
      handler: async ({ requester }) => {
        const [user] = await ports.store.db.select().from(users).where(eq(users.uuid, requester.userUuid))
        return json({
          totp_activated: user?.totpActivated ?? false,
          totp_activated_at: user?.totpActivatedAt?.toISOString() ?? null,
        })
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/totp',
      summary: 'Begin the registration of two-factor login',
      auth: 'user',
      handler: async ({ requester }) => json(await beginTotp(ports, requester.userUuid)),
    }),
    defineRoute({
      method: 'POST',
      path: '/totp/verify',
      summary: 'Activate two-factor login with a code',
      auth: 'user',
      params: v.object({ otp }),
      handler: async ({ params, requester }) => {
        const at = await activateTotp(ports, requester.userUuid, params.otp)
        return json({ totp_activated: true, totp_activated_at: at.toISOString() })
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/totp',
      summary: 'Remove two-factor login',
      auth: 'user',
      params: v.object({ email: v.optional(v.nullable(v.string()), null) }),
      handler: async ({ params, query, requester }) => {
        // The page says whose in the query beside an empty body.
        await removeTotp(ports, requester, params.email ?? query.get('email'))
        return json({ success: true })
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/totp/anon',
      summary: 'Begin the registration of two-factor login at a login',
      auth: 'anonymous',
      params: v.object({ registration_token }),
      handler: async ({ params }) =>
        json(await beginTotp(ports, await registrant(ports, params.registration_token))),
    }),
    defineRoute({
      method: 'POST',
      path: '/totp/anon/verify',
      summary: 'Activate two-factor login at a login',
      auth: 'anonymous',
      params: v.object({ registration_token, otp }),
      handler: async ({ params }) => {
        const userUuid = await registrant(ports, params.registration_token)
        const at = await activateTotp(ports, userUuid, params.otp)
        return json({ totp_activated: true, totp_activated_at: at.toISOString() })
      },
    }),
  ]
}
