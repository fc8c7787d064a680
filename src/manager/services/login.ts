import { Problem } from '../../core/problem.ts'
import { addressSet } from '../../lib/http/client-address.ts'
import type { HookRequest } from '../../plugin/hook.ts'
import type { ManagerPorts } from '../context.ts'
import {
  checkPassword,
  checkPasswordAge,
  type KeypairRow,
  keypairForLogin,
  trustedUser,
  type UserRow,
} from './credentials.ts'
import { maxPasswordAge } from './max-password-age.ts'
import { checkTotp, registrationToken } from './totp.ts'

type Ports = Pick<ManagerPorts, 'store' | 'config' | 'clock' | 'cache' | 'plugins'>

export interface LoginInput {
  domain: string
  username: string
  password: string
  otp?: string | null | undefined
  [more: string]: unknown
}

const REQUIRE_TOTP_KEY = 'config/auth/require-totp'

/**
 * A login: an AUTHORIZE hook or the password, the password's age, the address, the one-time password, the keypair, and
 * the last word to POST_AUTHORIZE hooks. @throws Problem
 */
export async function logIn(
  ports: Ports,
  request: HookRequest,
  params: LoginInput,
): Promise<{ user: UserRow; keypair: KeypairRow }> {
  const { store, config, clock, plugins } = ports
  const [email] = await plugins.hooks.demand('AUTHORIZE', { request, params }, { first: true })
  const user =
    email === undefined
      ? await checkPassword(store, { ...params, email: params.username })
      : await trustedUser(store, { domain: params.domain, email })
  if (email === undefined) checkPasswordAge(user, await maxPasswordAge(config), clock.now())
  checkClientAddress(user.allowedClientIp, request.clientAddress, 'generic-forbidden')
  await checkSecondFactor(ports, user, params.otp)
  const keypair = await keypairForLogin(store, user)
  await plugins.hooks.demand(
    'POST_AUTHORIZE',
    {
      request,
      params,
      user: { uuid: user.uuid, email: user.email, role: user.role, domainName: user.domainName ?? '' },
      accessKey: keypair.accessKey,
    },
    { first: true },
  )
  return { user, keypair }
}

/**
 * A login with the right password is told so (`generic-forbidden`); a signature just fails (client-wire.md §1.3).
 * @throws Problem unless the address is among those of the account, where it has any.
 */
export function checkClientAddress(
  allowed: readonly string[] | null,
  address: string,
  kind: 'generic-forbidden' | 'auth-failed',
): void {
  if (!allowed || allowed.length === 0 || addressSet(allowed).has(address)) return
  throw new Problem(kind, { msg: `This account may not be used from ${address}.` })
}

async function checkSecondFactor(ports: Ports, user: UserRow, otp: string | null | undefined): Promise<void> {
  if (user.totpActivated) return await checkTotp(ports, user, otp)
  const isRequired = /^(true|yes|on|1)$/i.test((await ports.config.get(REQUIRE_TOTP_KEY)) ?? '')
  if (!isRequired) return
  throw new Problem('require-totp-registration', {
    msg: 'Set up one-time passwords for this account first.',
    data: { two_factor_registration_token: await registrationToken(ports, user.uuid) },
  })
}
