import { eq, inArray } from 'drizzle-orm'
import type { Account, KeypairAccount, PendingSession, Snapshot } from '../../core/scheduling.ts'
import { completeLimits, NO_SLOTS, type Slots, type SlotTypes, slotsFromJson } from '../../core/slots.ts'
import type { ManagerPorts } from '../context.ts'
import { slotTypes } from '../services/slot-types.ts'
import { type OwnerUsage, ownerUsage, sessionCounts } from '../services/usage.ts'

type Ports = Pick<ManagerPorts, 'store' | 'config'>
type Accounts = Pick<Snapshot, 'keypairs' | 'users' | 'projects' | 'domains'>

const unique = (values: readonly string[]): string[] => [...new Set(values)]

/** Limits and use of everybody who owns one of these sessions. */
export async function accountsOf(ports: Ports, pending: readonly PendingSession[]): Promise<Accounts> {
  const types = await slotTypes(ports.config)
  const usage = await ownerUsage(ports.store)
  return {
    keypairs: await keypairAccounts(ports, unique(pending.map((one) => one.accessKey)), usage, types),
    users: await userAccounts(ports, unique(pending.map((one) => one.userUuid)), usage, types),
    projects: await projectAccounts(ports, unique(pending.map((one) => one.groupId)), usage, types),
    domains: await domainAccounts(ports, unique(pending.map((one) => one.domainName)), usage, types),
  }
}

interface PolicyLimits {
  totalResourceSlots: Record<string, string>
  defaultForUnspecified: 'LIMITED' | 'UNLIMITED'
}

const policyLimit = (policy: PolicyLimits, types: SlotTypes): Slots =>
  completeLimits(
    slotsFromJson(policy.totalResourceSlots),
    types,
    policy.defaultForUnspecified === 'UNLIMITED',
  )

async function keypairAccounts({ store }: Ports, keys: string[], usage: OwnerUsage, types: SlotTypes) {
  const { keypairs, keypairResourcePolicies: policies } = store.tables
  const rows = await store.db
    .select({ accessKey: keypairs.accessKey, policy: policies })
    .from(keypairs)
    .innerJoin(policies, eq(keypairs.resourcePolicy, policies.name))
    .where(inArray(keypairs.accessKey, keys))
  const counts = await sessionCounts(store, keys)
  return new Map(
    rows.map(({ accessKey, policy }): [string, KeypairAccount] => [
      accessKey,
      {
        limit: policyLimit(policy, types),
        used: usage.byKeypair.get(accessKey) ?? NO_SLOTS,
        sessions: counts.get(accessKey)?.compute ?? 0,
        systemSessions: counts.get(accessKey)?.system ?? 0,
        maxSessions: policy.maxConcurrentSessions,
        maxSystemSessions: policy.maxConcurrentSftpSessions,
      },
    ]),
  )
}

/** A user's limit is that of the policy of their main keypair; without one there is none of their own. */
async function userAccounts({ store }: Ports, ids: string[], usage: OwnerUsage, types: SlotTypes) {
  const { users, keypairs, keypairResourcePolicies: policies } = store.tables
  const rows = await store.db
    .select({ uuid: users.uuid, policy: policies })
    .from(users)
    .innerJoin(keypairs, eq(users.mainAccessKey, keypairs.accessKey))
    .innerJoin(policies, eq(keypairs.resourcePolicy, policies.name))
    .where(inArray(users.uuid, ids))
  return new Map(
    rows.map(({ uuid, policy }): [string, Account] => [
      uuid,
      { limit: policyLimit(policy, types), used: usage.byUser.get(uuid) ?? NO_SLOTS },
    ]),
  )
}

async function projectAccounts({ store }: Ports, ids: string[], usage: OwnerUsage, types: SlotTypes) {
  const { groups } = store.tables
  const rows = await store.db
    .select({ id: groups.id, total: groups.totalResourceSlots })
    .from(groups)
    .where(inArray(groups.id, ids))
  return new Map(
    rows.map(({ id, total }): [string, Account] => [
      id,
      { limit: completeLimits(slotsFromJson(total), types, true), used: usage.byProject.get(id) ?? NO_SLOTS },
    ]),
  )
}

async function domainAccounts({ store }: Ports, names: string[], usage: OwnerUsage, types: SlotTypes) {
  const { domains } = store.tables
  const rows = await store.db
    .select({ name: domains.name, total: domains.totalResourceSlots })
    .from(domains)
    .where(inArray(domains.name, names))
  return new Map(
    rows.map(({ name, total }): [string, Account] => [
      name,
      {
        limit: completeLimits(slotsFromJson(total), types, true),
        used: usage.byDomain.get(name) ?? NO_SLOTS,
      },
    ]),
  )
}
