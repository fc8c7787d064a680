import * as v from 'valibot'
import { otp } from '../../../api/otp.ts'
import type { ManagerPorts } from '../../context.ts'
import { logIn } from '../../services/login.ts'
import { signUp } from '../../services/sign-up.ts'
import { json } from '../answer.ts'
import { hookRequest } from '../hook-request.ts'
import { defineRoute, type Route } from '../route.ts'

type Ports = Pick<ManagerPorts, 'store' | 'config' | 'clock' | 'cache' | 'plugins' | 'schedulers'>

const shortText = v.optional(v.pipe(v.string(), v.maxLength(500)))

/** Logging in by password, and signing up. */
export function loginRoutes(ports: Ports): readonly Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/auth/authorize',
      summary: 'Exchange a user name and password for a keypair',
      auth: 'anonymous',
      params: v.looseObject({
        type: v.picklist(['keypair'], 'only "keypair" is offered here'),
        domain: v.string(),
        username: v.string(),
        password: v.string(),
        otp: v.optional(v.nullable(otp)),
      }),
      handler: async (context) => {
        const { params } = context
        context.audit.about({
          entityId: params.username,
          email: params.username,
          domainName: params.domain,
        })
        const { user, keypair } = await logIn(ports, hookRequest(context), params)
        return json({
          data: {
            access_key: keypair.accessKey,
            secret_key: keypair.secretKey,
            role: user.role,
            status: user.status,
          },
        })
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/auth/signup',
      summary: 'Sign up with an e-mail address and a password',
      auth: 'anonymous',
      whenFrozen: 'refuse',
      params: v.looseObject({
        domain: v.string(),
        email: v.string(),
        password: v.string(),
        username: shortText,
        full_name: shortText,
        description: shortText,
      }),
      handler: async (context) => {
        const { email, domain } = context.params
        context.audit.about({ entityId: email, email, domainName: domain })
        const lang = context.header('accept-language')?.split(',')[0]?.trim() ?? null
        return json(await signUp(ports, hookRequest(context), context.params, lang))
      },
    }),
  ]
}
