import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { Problem } from '../../../core/problem.ts'
import { hashPassword } from '../../../lib/password-hash.ts'
import type { ManagerPorts } from '../../context.ts'
import { checkPassword, emitAccountChanged } from '../../services/credentials.ts'
import { maxPasswordAge } from '../../services/max-password-age.ts'
import { json } from '../answer.ts'
import { hookRequest } from '../hook-request.ts'
import { defineRoute, type Route } from '../route.ts'

type Ports = Pick<ManagerPorts, 'store' | 'config' | 'clock' | 'plugins'>

const newPassword = v.pipe(v.string(), v.minLength(1, 'the new password is empty'), v.maxLength(1024))

/** Changing one's own password and name. */
export function passwordRoutes(ports: Ports): readonly Route[] {
  const { store, config, clock, plugins } = ports
  return [
    defineRoute({
      method: 'POST',
      path: '/auth/update-password',
      summary: 'Change your own password',
      auth: 'user',
      params: v.object({
        old_password: v.string(),
        new_password: newPassword,
        new_password2: v.string(),
      }),
      handler: async (context) => {
        const { params, requester } = context
        if (params.new_password !== params.new_password2) {
          throw new Problem('invalid-api-params', {
            msg: 'The new passwords do not match.',
            data: { new_password2: 'differs from new_password' },
          })
        }
        await checkPassword(store, {
          domain: requester.domainName,
          email: requester.email,
          password: params.old_password,
        })
        await plugins.hooks.demand('VERIFY_PASSWORD_FORMAT', {
          request: hookRequest(context),
          password: params.new_password,
          email: requester.email,
        })
        await setPassword(ports, requester.userUuid, params.new_password)
        return json({})
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/auth/update-password-no-auth',
      summary: 'Replace an expired password without a signature',
      auth: 'anonymous',
      params: v.object({
        domain: v.string(),
        username: v.string(),
        current_password: v.string(),
        new_password: newPassword,
      }),
      handler: async (context) => {
        const { params } = context
        const { username, domain } = params
        context.audit.about({ entityId: username, email: username, domainName: domain })
        if ((await maxPasswordAge(config)) === null) {
          throw new Problem('generic-bad-request', { msg: 'Unsupported function: passwords do not expire.' })
        }
        const user = await checkPassword(store, {
          domain: params.domain,
          email: params.username,
          password: params.current_password,
        })
        if (params.new_password === params.current_password) {
          throw new Problem('invalid-api-params', {
            msg: 'The new password must differ from the current one.',
            data: { new_password: 'unchanged' },
          })
        }
        await plugins.hooks.demand('VERIFY_PASSWORD_FORMAT', {
          request: hookRequest(context),
          password: params.new_password,
          email: user.email,
        })
        const changedAt = await setPassword(ports, user.uuid, params.new_password)
        return json({ password_changed_at: changedAt.toISOString() }, 201)
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/auth/update-full-name',
      summary: 'Change your own full name',
      auth: 'user',
      params: v.object({ email: v.string(), full_name: v.pipe(v.string(), v.maxLength(64)) }),
      handler: async ({ params, requester }) => {
        if (params.email !== requester.email) {
          throw new Problem('generic-forbidden', { msg: 'Only your own name can be changed here.' })
        }
        const { users } = store.tables
        await store.tx(async (tx) => {
          await tx
            .update(users)
            .set({ fullName: params.full_name, modifiedAt: new Date(clock.now()) })
            .where(eq(users.uuid, requester.userUuid))
        })
        return json({})
      },
    }),
  ]
}

async function setPassword({ store, clock }: Ports, userUuid: string, password: string): Promise<Date> {
  const { users } = store.tables
  const hash = await hashPassword(password)
  const changedAt = new Date(clock.now())
  await store.tx(async (tx) => {
    await tx
      .update(users)
      .set({
        password: hash,
        passwordChangedAt: changedAt,
        needPasswordChange: false,
        modifiedAt: changedAt,
      })
      .where(eq(users.uuid, userUuid))
    await emitAccountChanged(tx, userUuid)
  })
  return changedAt
}
