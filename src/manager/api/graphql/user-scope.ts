import { and, desc, eq, inArray, type SQL } from 'drizzle-orm'
import { Problem } from '../../../core/problem.ts'
import { readStatus } from '../../services/identity/user-props.ts'
import { domainBound, userBound } from './access.ts'
import type { GraphContext } from './context.ts'
import type { QueryColumns } from './query-columns.ts'

/** An account that is somebody else's. */
export const notYours = () =>
  new Problem('generic-forbidden', { msg: 'Other accounts are not yours to see.' })

/** The users that the requester may see: themselves, administrators those of their domain. @throws Problem */
export function visibleUsers(context: GraphContext, domainName?: string | null): SQL | undefined {
  const { users: t } = context.ports.store.tables
  const domain = domainBound(context, domainName)
  const self = userBound(context)
  return and(
    domain === null ? undefined : eq(t.domainName, domain),
    self === null ? undefined : eq(t.uuid, self),
  )
}

export interface UserFilter {
  domain_name?: string | null
  group_id?: string | null
  is_active?: boolean | null
  status?: string | null
}

/** The users of a list, which are for administrators only. @throws Problem */
export function listedUsers(context: GraphContext, args: UserFilter): SQL | undefined {
  const { db, tables } = context.ports.store
  const { users: t, groupMembers } = tables
  const visible = visibleUsers(context, args.domain_name)
  if (userBound(context) !== null) {
    throw new Problem('generic-forbidden', { msg: 'Users do not list users.' })
  }
  const status = readStatus(args)
  return and(
    visible,
    status === undefined ? undefined : eq(t.status, status),
    args.group_id
      ? inArray(
          t.uuid,
          db
            .select({ userId: groupMembers.userId })
            .from(groupMembers)
            .where(eq(groupMembers.groupId, args.group_id)),
        )
      : undefined,
  )
}

/** What lists of users are filtered and ordered by. */
export function userQueryColumns({ ports }: GraphContext): QueryColumns {
  const { users: t } = ports.store.tables
  return {
    id: { column: t.uuid, kind: 'uuid' },
    uuid: { column: t.uuid, kind: 'uuid' },
    username: { column: t.username, kind: 'text' },
    email: { column: t.email, kind: 'text' },
    need_password_change: { column: t.needPasswordChange, kind: 'boolean' },
    full_name: { column: t.fullName, kind: 'text' },
    description: { column: t.description, kind: 'text' },
    status: { column: t.status, kind: 'lower' },
    status_info: { column: t.statusInfo, kind: 'text' },
    created_at: { column: t.createdAt, kind: 'time' },
    modified_at: { column: t.modifiedAt, kind: 'time' },
    domain_name: { column: t.domainName, kind: 'text' },
    role: { column: t.role, kind: 'lower' },
    resource_policy: { column: t.resourcePolicy, kind: 'text' },
    allowed_client_ip: { column: t.allowedClientIp, kind: 'list' },
    totp_activated: { column: t.totpActivated, kind: 'boolean' },
    totp_activated_at: { column: t.totpActivatedAt, kind: 'time' },
    sudo_session_enabled: { column: t.sudoSessionEnabled, kind: 'boolean' },
    main_access_key: { column: t.mainAccessKey, kind: 'text' },
    integration_id: { column: t.integrationId, kind: 'text' },
  }
}

/** The newest first. */
export function userOrder({ ports }: GraphContext): SQL[] {
  const { users: t } = ports.store.tables
  return [desc(t.createdAt), desc(t.uuid)]
}
