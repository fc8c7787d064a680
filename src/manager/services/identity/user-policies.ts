import { eq } from 'drizzle-orm'
import type { Store } from '../../../db/store.ts'
import type { Requester } from '../../context.ts'
import type { IdentityContext } from './context.ts'
import { atLeast, rowName } from './plain-text.ts'
import { deletePolicy, refusePolicy, requirePolicy } from './policy-use.ts'
import { superadminOnly } from './refusals.ts'

export type UserPolicyRow = Store['tables']['userResourcePolicies']['$inferSelect']

/** As the API spells them; null leaves as it is. */
export interface UserPolicyProps {
  max_vfolder_count?: number | null
  /** Bytes; -1 and 0 are no limit. */
  max_quota_scope_size?: number | null
  /** What `max_quota_scope_size` was called before 23.09.2. */
  max_vfolder_size?: number | null
  max_session_count_per_model_session?: number | null
  max_customized_image_count?: number | null
}

const columns = (props: UserPolicyProps) => ({
  maxVfolderCount: atLeast('max_vfolder_count', props.max_vfolder_count, 0),
  maxQuotaScopeSize:
    atLeast('max_quota_scope_size', props.max_quota_scope_size, -1) ??
    atLeast('max_vfolder_size', props.max_vfolder_size, -1),
  maxSessionCountPerModelSession: atLeast(
    'max_session_count_per_model_session',
    props.max_session_count_per_model_session,
    0,
  ),
  maxCustomizedImageCount: atLeast('max_customized_image_count', props.max_customized_image_count, 0),
})

/** Superadmins only. @throws Problem */
export async function createUserPolicy(
  { ports }: IdentityContext,
  requester: Requester,
  name: string,
  props: UserPolicyProps,
): Promise<UserPolicyRow> {
  superadminOnly(requester, 'create_user_resource_policy')
  rowName('user resource policy', name)
  const { store, clock } = ports
  const given = columns(props)
  const row: UserPolicyRow = {
    name,
    createdAt: new Date(clock.now()),
    maxVfolderCount: given.maxVfolderCount ?? 0,
    maxQuotaScopeSize: given.maxQuotaScopeSize ?? -1,
    maxSessionCountPerModelSession: given.maxSessionCountPerModelSession ?? 10,
    maxCustomizedImageCount: given.maxCustomizedImageCount ?? 3,
  }
  await store.tx(async (tx) => {
    await refusePolicy(tx, store, 'user', name)
    await tx.insert(store.tables.userResourcePolicies).values(row)
  })
  return row
}

/** Superadmins only. @throws Problem */
export async function modifyUserPolicy(
  { ports }: IdentityContext,
  requester: Requester,
  name: string,
  props: UserPolicyProps,
): Promise<void> {
  superadminOnly(requester, 'modify_user_resource_policy')
  const { store } = ports
  const { userResourcePolicies: policies } = store.tables
  const given = columns(props)
  await store.tx(async (tx) => {
    await requirePolicy(tx, store, 'user', name)
    // The name stands in for an empty set of columns.
    await tx
      .update(policies)
      .set({ name, ...given })
      .where(eq(policies.name, name))
  })
}

/** Superadmins only; policies that are in use stay. @throws Problem */
export async function deleteUserPolicy({ ports }: IdentityContext, requester: Requester, name: string) {
  superadminOnly(requester, 'delete_user_resource_policy')
  await ports.store.tx((tx) => deletePolicy(tx, ports.store, 'user', name))
}
