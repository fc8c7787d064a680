import { eq } from 'drizzle-orm'
import type { Store } from '../../../db/store.ts'
import type { Requester } from '../../context.ts'
import type { IdentityContext } from './context.ts'
import { hostGrants } from './host-grants.ts'
import { atLeast, rowName } from './plain-text.ts'
import { deletePolicy, refusePolicy, requirePolicy } from './policy-use.ts'
import { invalid, superadminOnly } from './refusals.ts'
import { slotsGiven } from './slots-given.ts'

export type KeypairPolicyRow = Store['tables']['keypairResourcePolicies']['$inferSelect']

/** As the API spells them; null leaves as it is, save for the limits of pending sessions: null lifts those. */
export interface KeypairPolicyProps {
  default_for_unspecified?: string | null
  total_resource_slots?: unknown
  max_session_lifetime?: number | null
  max_concurrent_sessions?: number | null
  max_concurrent_sftp_sessions?: number | null
  max_pending_session_count?: number | null
  max_pending_session_resource_slots?: unknown
  max_containers_per_session?: number | null
  idle_timeout?: number | null
  allowed_vfolder_hosts?: unknown
  /** Kept for clients before 23.09.4: limits of folders are those of user and project policies now. */
  max_vfolder_count?: number | null
  max_vfolder_size?: number | null
  max_quota_scope_size?: number | null
}

async function columns({ ports }: IdentityContext, props: KeypairPolicyProps) {
  const { config } = ports
  return {
    defaultForUnspecified: unspecified(props.default_for_unspecified),
    totalResourceSlots: await slotsGiven(config, 'total_resource_slots', props.total_resource_slots),
    maxSessionLifetime: atLeast('max_session_lifetime', props.max_session_lifetime, 0),
    maxConcurrentSessions: atLeast('max_concurrent_sessions', props.max_concurrent_sessions, 0),
    maxConcurrentSftpSessions: atLeast('max_concurrent_sftp_sessions', props.max_concurrent_sftp_sessions, 0),
    maxPendingSessionCount:
      props.max_pending_session_count === null
        ? null
        : atLeast('max_pending_session_count', props.max_pending_session_count, 0),
    maxPendingSessionResourceSlots:
      props.max_pending_session_resource_slots === null
        ? null
        : await slotsGiven(
            config,
            'max_pending_session_resource_slots',
            props.max_pending_session_resource_slots,
          ),
    maxContainersPerSession: atLeast('max_containers_per_session', props.max_containers_per_session, 1),
    idleTimeout: atLeast('idle_timeout', props.idle_timeout, 0),
    allowedVfolderHosts: hostGrants(props.allowed_vfolder_hosts),
    maxVfolderCount: atLeast('max_vfolder_count', props.max_vfolder_count, 0),
    maxVfolderSize:
      atLeast('max_quota_scope_size', props.max_quota_scope_size, -1) ??
      atLeast('max_vfolder_size', props.max_vfolder_size, -1),
  }
}

function unspecified(
  given: string | null | undefined,
): KeypairPolicyRow['defaultForUnspecified'] | undefined {
  if (given === null || given === undefined) return undefined
  const word = given.toUpperCase()
  if (word === 'LIMITED' || word === 'UNLIMITED') return word
  throw invalid(`default_for_unspecified is LIMITED or UNLIMITED, not "${given.slice(0, 80)}"`)
}

/** Superadmins only. @throws Problem */
export async function createKeypairPolicy(
  identity: IdentityContext,
  requester: Requester,
  name: string,
  props: KeypairPolicyProps,
): Promise<KeypairPolicyRow> {
  superadminOnly(requester, 'create_keypair_resource_policy')
  rowName('keypair resource policy', name)
  const { store, clock } = identity.ports
  const given = await columns(identity, props)
  const row: KeypairPolicyRow = {
    name,
    createdAt: new Date(clock.now()),
    defaultForUnspecified: given.defaultForUnspecified ?? 'LIMITED',
    totalResourceSlots: given.totalResourceSlots ?? {},
    maxSessionLifetime: given.maxSessionLifetime ?? 0,
    maxConcurrentSessions: given.maxConcurrentSessions ?? 0,
    maxConcurrentSftpSessions: given.maxConcurrentSftpSessions ?? 1,
    maxPendingSessionCount: given.maxPendingSessionCount ?? null,
    maxPendingSessionResourceSlots: given.maxPendingSessionResourceSlots ?? null,
    maxContainersPerSession: given.maxContainersPerSession ?? 1,
    idleTimeout: given.idleTimeout ?? 0,
    allowedVfolderHosts: given.allowedVfolderHosts ?? {},
    maxVfolderCount: given.maxVfolderCount ?? 0,
    maxVfolderSize: given.maxVfolderSize ?? 0,
  }
  await store.tx(async (tx) => {
    await refusePolicy(tx, store, 'keypair', name)
    await tx.insert(store.tables.keypairResourcePolicies).values(row)
  })
  return row
}

/** Superadmins only. @throws Problem */
export async function modifyKeypairPolicy(
  identity: IdentityContext,
  requester: Requester,
  name: string,
  props: KeypairPolicyProps,
): Promise<void> {
  superadminOnly(requester, 'modify_keypair_resource_policy')
  const { store } = identity.ports
  const { keypairResourcePolicies: policies } = store.tables
  const given = await columns(identity, props)
  await store.tx(async (tx) => {
    await requirePolicy(tx, store, 'keypair', name)
    // The name stands in for an empty set of columns.
    await tx
      .update(policies)
      .set({ name, ...given })
      .where(eq(policies.name, name))
  })
}

/** Superadmins only; policies that are in use stay. @throws Problem */
export async function deleteKeypairPolicy({ ports }: IdentityContext, requester: Requester, name: string) {
  superadminOnly(requester, 'delete_keypair_resource_policy')
  await ports.store.tx((tx) => deletePolicy(tx, ports.store, 'keypair', name))
}
