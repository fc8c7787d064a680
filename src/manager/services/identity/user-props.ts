import type { Store } from '../../../db/store.ts'
import { clientIps } from './client-ips.ts'
import { plainText } from './plain-text.ts'
import { invalid } from './refusals.ts'

export type UserRow = Store['tables']['users']['$inferSelect']
type Role = UserRow['role']
type Status = UserRow['status']

const ROLES: readonly Role[] = ['superadmin', 'admin', 'user', 'monitor']
const STATUSES: readonly Status[] = ['active', 'inactive', 'deleted', 'before-verification']
const EMAIL = /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u

/** As the API spells them; what is absent stays or takes its default. */
export interface UserProps {
  username?: string | null
  password?: string | null
  need_password_change?: boolean | null
  full_name?: string | null
  description?: string | null
  /** The older word for `status`, which wins. */
  is_active?: boolean | null
  status?: string | null
  domain_name?: string | null
  role?: string | null
  group_ids?: readonly (string | null)[] | null
  allowed_client_ip?: readonly (string | null)[] | null
  totp_activated?: boolean | null
  resource_policy?: string | null
  sudo_session_enabled?: boolean | null
}

/** The columns that the props name, read and checked. @throws Problem */
export function userColumns(props: UserProps) {
  return {
    username: plainText('the user name', props.username || undefined, 64),
    needPasswordChange: props.need_password_change ?? undefined,
    fullName: plainText('the full name', props.full_name, 64),
    description: plainText('the description', props.description, 500),
    status: readStatus(props),
    domainName: props.domain_name ?? undefined,
    role: readRole(props.role),
    allowedClientIp: clientIps(props.allowed_client_ip),
    resourcePolicy: props.resource_policy ?? undefined,
    sudoSessionEnabled: props.sudo_session_enabled ?? undefined,
  }
}

export function readStatus(props: Pick<UserProps, 'status' | 'is_active'>): Status | undefined {
  if (props.status) {
    const found = STATUSES.find((status) => status === props.status?.toLowerCase().replaceAll('_', '-'))
    if (found) return found
    throw invalid(`status is one of ${STATUSES.join(', ')}, not "${props.status.slice(0, 80)}"`)
  }
  if (typeof props.is_active !== 'boolean') return undefined
  return props.is_active ? 'active' : 'inactive'
}

function readRole(given: string | null | undefined): Role | undefined {
  if (!given) return undefined
  const found = ROLES.find((role) => role === given.toLowerCase())
  if (found) return found
  throw invalid(`role is one of ${ROLES.join(', ')}, not "${given.slice(0, 80)}"`)
}

/** @throws Problem unless it looks like an e-mail address of at most 64 characters. */
export function checkEmail(email: string): void {
  if (email.length > 64 || !EMAIL.test(email) || !email.isWellFormed()) {
    throw invalid(`"${email.slice(0, 80)}" is no e-mail address of at most 64 characters.`)
  }
}

/** @throws Problem for what no hash should be made of. */
export function checkPasswordText(password: string): void {
  if (password === '') throw invalid('the password is empty')
  plainText('the password', password, 1024)
}

/** Keypairs of these users may do what administrators may. */
export const isAdminRole = (role: Role): boolean => role === 'superadmin' || role === 'admin'
