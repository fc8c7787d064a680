import { eq, inArray } from 'drizzle-orm'
import type { Account, KeypairAccount, Snapshot } from '../../core/scheduling.ts'
import { completeLimits, NO_SLOTS, type Slots, type SlotTypes, slotsFromJson } from '../../core/slots.ts'
import { prepareQuery } from '../../db/prepare.ts'
import type { Store } from '../../db/store.ts'
import type { Usage } from '../services/usage.ts'

export type Accounts = Pick<Snapshot, 'keypairs' | 'users' | 'projects' | 'domains'>

/** Reads limits and use of everybody who owns a pending session. */
export function createAccountsReader({ db, tables }: Pick<Store, 'db' | 'tables'>) {
  const { sessions, keypairs, users, groups, domains, keypairResourcePolicies: policies } = tables
  const pending = eq(sessions.status, 'PENDING')
  const policyFields = {
    total: policies.totalResourceSlots,
    unspecified: policies.defaultForUnspecified,
    maxSessions: policies.maxConcurrentSessions,
    maxSystemSessions: policies.maxConcurrentSftpSessions,
  }
  const readKeypairs = prepareQuery(
    'scheduler_keypairs',
    db
      .select({ key: keypairs.accessKey, ...policyFields })
      .from(keypairs)
      .innerJoin(policies, eq(keypairs.resourcePolicy, policies.name))
      .where(
        inArray(keypairs.accessKey, db.select({ key: sessions.accessKey }).from(sessions).where(pending)),
      ),
  )
  // A user's limit is that of the policy of their main keypair; without one there is none of their own.
  const readUsers = prepareQuery(
    'scheduler_users',
    db
      .select({ key: users.uuid, ...policyFields })
      .from(users)
      .innerJoin(keypairs, eq(users.mainAccessKey, keypairs.accessKey))
      .innerJoin(policies, eq(keypairs.resourcePolicy, policies.name))
      .where(inArray(users.uuid, db.select({ key: sessions.userUuid }).from(sessions).where(pending))),
  )
  const readProjects = prepareQuery(
    'scheduler_projects',
    db
      .select({ key: groups.id, total: groups.totalResourceSlots })
      .from(groups)
      .where(inArray(groups.id, db.select({ key: sessions.groupId }).from(sessions).where(pending))),
  )
  const readDomains = prepareQuery(
    'scheduler_domains',
    db
      .select({ key: domains.name, total: domains.totalResourceSlots })
      .from(domains)
      .where(inArray(domains.name, db.select({ key: sessions.domainName }).from(sessions).where(pending))),
  )

  return async (usage: Usage, types: SlotTypes): Promise<Accounts> => ({
    keypairs: new Map(
      (await readKeypairs({})).map(({ key, ...policy }): [string, KeypairAccount] => [
        key,
        {
          limit: policyLimit(policy, types),
          used: usage.byKeypair.get(key) ?? NO_SLOTS,
          sessions: usage.sessionCounts.get(key)?.compute ?? 0,
          systemSessions: usage.sessionCounts.get(key)?.system ?? 0,
          maxSessions: policy.maxSessions,
          maxSystemSessions: policy.maxSystemSessions,
        },
      ]),
    ),
    users: new Map(
      (await readUsers({})).map(({ key, ...policy }): [string, Account] => [
        key,
        { limit: policyLimit(policy, types), used: usage.byUser.get(key) ?? NO_SLOTS },
      ]),
    ),
    projects: unlimitedByDefault(await readProjects({}), usage.byProject, types),
    domains: unlimitedByDefault(await readDomains({}), usage.byDomain, types),
  })
}

interface PolicyLimits {
  total: Record<string, string>
  unspecified: 'LIMITED' | 'UNLIMITED'
}

const policyLimit = (policy: PolicyLimits, types: SlotTypes): Slots =>
  completeLimits(slotsFromJson(policy.total), types, policy.unspecified === 'UNLIMITED')

const unlimitedByDefault = (
  rows: readonly { key: string; total: Record<string, string> }[],
  used: ReadonlyMap<string, Slots>,
  types: SlotTypes,
): Map<string, Account> =>
  new Map(
    rows.map(({ key, total }): [string, Account] => [
      key,
      { limit: completeLimits(slotsFromJson(total), types, true), used: used.get(key) ?? NO_SLOTS },
    ]),
  )
