import { eq } from 'drizzle-orm'
import type { Store } from '../../../db/store.ts'
import type { Requester } from '../../context.ts'
import type { IdentityContext } from './context.ts'
import { atLeast, rowName } from './plain-text.ts'
import { deletePolicy, refusePolicy, requirePolicy } from './policy-use.ts'
import { superadminOnly } from './refusals.ts'

export type ProjectPolicyRow = Store['tables']['projectResourcePolicies']['$inferSelect']

/** As the API spells them; null leaves as it is. */
export interface ProjectPolicyProps {
  max_vfolder_count?: number | null
  /** Bytes; -1 and 0 are no limit. */
  max_quota_scope_size?: number | null
  /** What `max_quota_scope_size` was called before 23.09.2. */
  max_vfolder_size?: number | null
}

const columns = (props: ProjectPolicyProps) => ({
  maxVfolderCount: atLeast('max_vfolder_count', props.max_vfolder_count, 0),
  maxQuotaScopeSize:
    atLeast('max_quota_scope_size', props.max_quota_scope_size, -1) ??
    atLeast('max_vfolder_size', props.max_vfolder_size, -1),
})

/** Superadmins only. @throws Problem */
export async function createProjectPolicy(
  { ports }: IdentityContext,
  requester: Requester,
  name: string,
  props: ProjectPolicyProps,
): Promise<ProjectPolicyRow> {
  superadminOnly(requester, 'create_project_resource_policy')
  rowName('project resource policy', name)
  const { store, clock } = ports
  const given = columns(props)
  const row: ProjectPolicyRow = {
    name,
    createdAt: new Date(clock.now()),
    maxVfolderCount: given.maxVfolderCount ?? 0,
    maxQuotaScopeSize: given.maxQuotaScopeSize ?? -1,
  }
  await store.tx(async (tx) => {
    await refusePolicy(tx, store, 'project', name)
    await tx.insert(store.tables.projectResourcePolicies).values(row)
  })
  return row
}

/** Superadmins only. @throws Problem */
export async function modifyProjectPolicy(
  { ports }: IdentityContext,
  requester: Requester,
  name: string,
  props: ProjectPolicyProps,
): Promise<void> {
  superadminOnly(requester, 'modify_project_resource_policy')
  const { store } = ports
  const { projectResourcePolicies: policies } = store.tables
  const given = columns(props)
  await store.tx(async (tx) => {
    await requirePolicy(tx, store, 'project', name)
    // The name stands in for an empty set of columns.
    await tx
      .update(policies)
      .set({ name, ...given })
      .where(eq(policies.name, name))
  })
}

/** Superadmins only; policies that are in use stay. @throws Problem */
export async function deleteProjectPolicy({ ports }: IdentityContext, requester: Requester, name: string) {
  superadminOnly(requester, 'delete_project_resource_policy')
  await ports.store.tx((tx) => deletePolicy(tx, ports.store, 'project', name))
}
