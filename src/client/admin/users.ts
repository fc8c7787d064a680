import type { GraphQl, Page } from '../graphql.ts'
import { type PageOptions, pageArguments, pageBounds } from './page-query.ts'
import { selection } from './selection.ts'
import { wireInput } from './wire-input.ts'

export interface User {
  id: string
  uuid: string
  username: string
  email: string
  need_password_change: boolean
  full_name: string | null
  description: string | null
  is_active: boolean
  /** `active`, `inactive`, `deleted` or `before-verification`. */
  status: string
  status_info: string | null
  created_at: string
  modified_at: string
  domain_name: string
  /** `user`, `admin`, `superadmin` or `monitor`. */
  role: string
  resource_policy: string
  /** Addresses and networks; null: from anywhere. */
  allowed_client_ip: string[] | null
  totp_activated: boolean
  totp_activated_at: string | null
  sudo_session_enabled: boolean
  main_access_key: string | null
  groups: { id: string; name: string }[]
}

export interface UserChanges {
  username?: string | undefined
  password?: string | undefined
  needPasswordChange?: boolean | undefined
  fullName?: string | undefined
  description?: string | undefined
  status?: string | undefined
  domainName?: string | undefined
  role?: string | undefined
  /** All projects of the user; those that are not named are left. */
  groupIds?: readonly string[] | undefined
  allowedClientIp?: readonly string[] | null | undefined
  totpActivated?: boolean | undefined
  resourcePolicy?: string | undefined
  sudoSessionEnabled?: boolean | undefined
  mainAccessKey?: string | undefined
}

/** `username` is the e-mail address by default. */
export type UserInput = Omit<UserChanges, 'mainAccessKey'> & { domainName: string; password: string }

const FIELDS = [
  'uuid',
  'username',
  'role',
  'email',
  'full_name',
  'need_password_change',
  'status',
  'status_info',
  'created_at',
  'domain_name',
  'groups',
  'allowed_client_ip',
  'sudo_session_enabled',
  'main_access_key',
] as const satisfies readonly (keyof User)[]
type Fields = (typeof FIELDS)[number]

export interface UserFilter {
  status?: string | undefined
  /** UUID of a project. */
  groupId?: string | undefined
}

/** Users; administrators of their domain change them. */
export interface Users {
  list<K extends keyof User = Fields>(
    query?: UserFilter & PageOptions & { fields?: readonly K[] },
    signal?: AbortSignal,
  ): Promise<Page<Pick<User, K>>>
  /** Without pages. */
  listAll<K extends keyof User = Fields>(
    query?: UserFilter & { fields?: readonly K[] },
  ): Promise<Pick<User, K>[]>
  /** The caller by default; null when there is none, or it is not visible. */
  detail<K extends keyof User = Fields>(email?: string, fields?: readonly K[]): Promise<Pick<User, K> | null>
  detailByUuid<K extends keyof User = Fields>(
    id: string,
    fields?: readonly K[],
  ): Promise<Pick<User, K> | null>
  create(email: string, input: UserInput): Promise<Pick<User, 'domain_name' | 'email' | 'username' | 'uuid'>>
  /** Changes what is given. */
  update(email: string, changes: UserChanges): Promise<void>
  /** Marks it as deleted and makes its key pairs inactive. */
  delete(email: string): Promise<void>
  /** Removes it with what it owns; its shared folders go to the caller unless they are purged. */
  purge(email: string, options?: { purgeSharedVfolders?: boolean | undefined }): Promise<void>
}

export function createUsers(graphql: GraphQl): Users {
  const ofEmail = (email: string) => ({ email: ['String!', email] }) as const
  return {
    list: (query = {}, signal) =>
      graphql.page(
        {
          root: 'user_list',
          fields: selection(query.fields ?? FIELDS),
          args: {
            status: ['String', query.status ?? null],
            group_id: ['UUID', query.groupId ?? null],
            ...pageArguments(query),
          },
          ...pageBounds(query),
        },
        signal,
      ),
    listAll: (query = {}) =>
      graphql.read({
        root: 'users',
        fields: selection(query.fields ?? FIELDS),
        args: { status: ['String', query.status], group_id: ['UUID', query.groupId] },
      }),
    detail: (email, fields) =>
      graphql.read({ root: 'user', fields: selection(fields ?? FIELDS), args: { email: ['String', email] } }),
    detailByUuid: (id, fields) =>
      graphql.read({
        root: 'user_from_uuid',
        fields: selection(fields ?? FIELDS),
        args: { user_id: ['ID', id] },
      }),
    async create(email, input) {
      const username = input.username ?? email
      const props = { ...input, username, needPasswordChange: input.needPasswordChange ?? false }
      const { user } = await graphql.change<{
        user: Pick<User, 'domain_name' | 'email' | 'username' | 'uuid'>
      }>({
        root: 'create_user',
        fields: ['user { domain_name email username uuid }'],
        args: { ...ofEmail(email), props: ['UserInput!', wireInput(props)] },
      })
      return user
    },
    async update(email, changes) {
      const args = { ...ofEmail(email), props: ['ModifyUserInput!', wireInput(changes)] } as const
      await graphql.change({ root: 'modify_user', args })
    },
    async delete(email) {
      await graphql.change({ root: 'delete_user', args: ofEmail(email) })
    },
    async purge(email, options = {}) {
      const props = wireInput({ purgeSharedVfolders: options.purgeSharedVfolders ?? false })
      await graphql.change({
        root: 'purge_user',
        args: { ...ofEmail(email), props: ['PurgeUserInput!', props] },
      })
    },
  }
}
