import { and, eq } from 'drizzle-orm'
import { Problem } from '../../core/problem.ts'
import type { HookRequest } from '../../plugin/hook.ts'
import type { ManagerPorts } from '../context.ts'
import { identityContext } from './identity/context.ts'
import { addUser } from './identity/create-user.ts'
import { invalid } from './identity/refusals.ts'

type Ports = Pick<ManagerPorts, 'store' | 'config' | 'clock' | 'schedulers' | 'plugins'>

export interface SignupInput {
  domain: string
  email: string
  password: string
  username?: string | undefined
  full_name?: string | undefined
  description?: string | undefined
  [more: string]: unknown
}

const OPEN_KEY = 'config/auth/allow-signup'
const FIRST_PROJECT = 'default'

/**
 * A new user without an administrator, where a PRE_SIGNUP hook lets them in or `config/auth/allow-signup` is on.
 * @throws Problem
 */
export async function signUp(ports: Ports, request: HookRequest, input: SignupInput, lang: string | null) {
  const { config, plugins } = ports
  const isOpen = /^(true|yes|on|1)$/i.test((await config.get(OPEN_KEY)) ?? '')
  if (!isOpen && !(await plugins.hooks.handles('PRE_SIGNUP'))) {
    throw new Problem('rejected-by-hook', {
      msg: 'Signing up is closed here: no sign-up hook is installed. Ask an administrator for an account.',
    })
  }
  const { domain, email, password } = input
  const { password: _, ...params } = input
  await plugins.hooks.demand('VERIFY_PASSWORD_FORMAT', { request, password, email })
  const given = await plugins.hooks.demand('PRE_SIGNUP', { request, params })
  const overrides = Object.assign({}, ...given) as (typeof given)[number]
  const group = await projectNamed(ports, domain, overrides.group)
  const { user, accessKey, secretKey } = await addUser(
    identityContext(ports),
    email,
    {
      domain_name: domain,
      password,
      username: overrides.username ?? input.username ?? email,
      full_name: overrides.full_name ?? input.full_name ?? '',
      description: overrides.description ?? input.description ?? '',
      status: overrides.status ?? 'active',
      role: 'user',
      group_ids: group === null ? [] : [group],
    },
    { statusInfo: 'user-signup', keypairPolicy: overrides.resource_policy ?? 'default' },
  )
  await plugins.hooks.notify('POST_SIGNUP', { email, userUuid: user.uuid, lang })
  return { access_key: accessKey, secret_key: secretKey }
}

async function projectNamed({ store }: Ports, domain: string, name: string | undefined) {
  const { groups } = store.tables
  const [row] = await store.db
    .select({ id: groups.id })
    .from(groups)
    .where(
      and(eq(groups.domainName, domain), eq(groups.name, name ?? FIRST_PROJECT), eq(groups.isActive, true)),
    )
  if (row) return row.id
  if (name !== undefined) throw invalid(`There is no project "${name.slice(0, 80)}" in this domain.`)
  return null
}
