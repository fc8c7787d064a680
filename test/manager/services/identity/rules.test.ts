import { expect, test } from 'bun:test'
import fc from 'fast-check'
import type { Requester } from '../../../../src/manager/context.ts'
import { createUser } from '../../../../src/manager/services/identity/create-user.ts'
import { deleteUser } from '../../../../src/manager/services/identity/delete-user.ts'
import { createDomain, modifyDomain } from '../../../../src/manager/services/identity/domains.ts'
import { createGroup, deleteGroup, modifyGroup } from '../../../../src/manager/services/identity/groups.ts'
import {
  createKeypair,
  deleteKeypair,
  modifyKeypair,
} from '../../../../src/manager/services/identity/keypairs.ts'
import { modifyUser } from '../../../../src/manager/services/identity/modify-user.ts'
import { purgeDomain } from '../../../../src/manager/services/identity/purge-domain.ts'
import { purgeGroup } from '../../../../src/manager/services/identity/purge-group.ts'
import { purgeUser } from '../../../../src/manager/services/identity/purge-user.ts'
import { openPlace, type Place, requester } from './place.ts'

/** One change: what it is, and numbers that choose what it is about. */
interface Step {
  action: (typeof ACTIONS)[number]
  who: number
  pick: number
  other: number
  flag: boolean
}
const ACTIONS = [
  'createDomain',
  'renameDomain',
  'purgeDomain',
  'createGroup',
  'addMember',
  'promote',
  'moveGroup',
  'deleteGroup',
  'purgeGroup',
  'createUser',
  'changeRole',
  'changeStatus',
  'moveUser',
  'changeMainKey',
  'deleteUser',
  'purgeUser',
  'createKeypair',
  'changeKeypair',
  'deleteKeypair',
] as const
/** Tried more often, so that there is something to change. */
const GROWTH = ['createGroup', 'addMember', 'createUser', 'changeRole', 'createKeypair'] as const
const ROLES = ['superadmin', 'admin', 'user', 'monitor'] as const

const steps = fc.array(
  fc.record<Step>({
    action: fc.oneof(fc.constantFrom(...ACTIONS), fc.constantFrom(...GROWTH)),
    who: fc.nat(9),
    pick: fc.nat(99),
    other: fc.nat(99),
    flag: fc.boolean(),
  }),
  { minLength: 150, maxLength: 200 },
)

async function rows({ store }: Place) {
  const { db, tables } = store
  return {
    domains: await db.select().from(tables.domains),
    groups: await db.select().from(tables.groups),
    members: await db.select().from(tables.groupMembers),
    users: await db.select().from(tables.users),
    keypairs: await db.select().from(tables.keypairs),
  }
}
type Rows = Awaited<ReturnType<typeof rows>>

const at = <T>(list: readonly T[], index: number): T => {
  const found = list[index % list.length]
  if (found === undefined) throw new Error('the list is empty')
  return found
}

function perform(place: Place, now: Rows, who: Requester, step: Step): Promise<unknown> {
  const { identity } = place
  const { action, pick, other, flag } = step
  const domain = at(now.domains, pick).name
  const user = at(now.users, pick)
  const keypair = at(now.keypairs, other)
  const group = now.groups[other % Math.max(1, now.groups.length)]?.id ?? crypto.randomUUID()
  const name = `n${other % 5}`
  switch (action) {
    case 'createDomain':
      return createDomain(identity, who, name, {})
    case 'renameDomain':
      return modifyDomain(identity, who, domain, { name })
    case 'purgeDomain':
      return purgeDomain(identity, who, domain)
    case 'createGroup':
      return createGroup(identity, who, name, { domain_name: domain })
    case 'addMember':
      return modifyGroup(identity, who, group, {
        user_update_mode: flag ? 'add' : 'remove',
        user_uuids: [user.uuid],
      })
    case 'promote':
      return modifyGroup(identity, who, group, {
        user_update_mode: flag ? 'promote' : 'demote',
        user_uuids: [user.uuid],
      })
    case 'moveGroup':
      return modifyGroup(identity, who, group, { domain_name: domain })
    case 'deleteGroup':
      return deleteGroup(identity, who, group)
    case 'purgeGroup':
      return purgeGroup(identity, who, group)
    case 'createUser':
      return createUser(identity, who, `${name}@${domain}`, {
        password: 'pw',
        domain_name: domain,
        role: at(ROLES, other),
        group_ids: flag ? [group] : [],
      })
    case 'changeRole':
      return modifyUser(identity, who, user.email, { role: at(ROLES, other) })
    case 'changeStatus':
      return modifyUser(identity, who, user.email, { is_active: flag })
    case 'moveUser':
      return modifyUser(identity, who, user.email, { domain_name: at(now.domains, other).name })
    case 'changeMainKey':
      return modifyUser(identity, who, user.email, { main_access_key: keypair.accessKey })
    case 'deleteUser':
      return deleteUser(identity, who, user.email)
    case 'purgeUser':
      return purgeUser(identity, who, user.email, flag)
    case 'createKeypair':
      return createKeypair(identity, who, user.email, {
        resource_policy: 'default',
        rate_limit: 1,
        is_active: flag,
      })
    case 'changeKeypair':
      return modifyKeypair(identity, who, keypair.accessKey, { is_active: flag, rate_limit: other })
    case 'deleteKeypair':
      return deleteKeypair(identity, who, keypair.accessKey)
  }
}

function checkRules({ users, keypairs, groups, members }: Rows): void {
  expect(users.some(({ role, status }) => role === 'superadmin' && status === 'active')).toBe(true)
  const ownerOf = new Map(keypairs.map(({ accessKey, user }) => [accessKey, user]))
  for (const { uuid, mainAccessKey } of users) expect(ownerOf.get(mainAccessKey ?? '')).toBe(uuid)
  for (const { userId, groupId } of members) {
    const user = users.find(({ uuid }) => uuid === userId)
    const group = groups.find(({ id }) => id === groupId)
    expect(user?.role === 'superadmin' || user?.domainName === group?.domainName).toBe(true)
  }
}

/** Whose cached account is wrong after a change: what signing depends on differs, or is gone. */
function outdated(before: Rows, after: Rows): string[] {
  const account = ({ users, keypairs }: Rows) =>
    new Map(
      keypairs.map((keypair) => {
        const owner = users.find(({ uuid }) => uuid === keypair.user)
        const { isActive, isAdmin, rateLimit, resourcePolicy } = keypair
        const parts = { isActive, isAdmin, rateLimit, resourcePolicy }
        const { status, role, domainName } = owner ?? {}
        return [
          keypair.accessKey,
          { user: keypair.user, text: JSON.stringify({ ...parts, status, role, domainName }) },
        ]
      }),
    )
  const now = account(after)
  return [...account(before)]
    .filter(([key, { text }]) => now.get(key)?.text !== text)
    .map(([, { user }]) => user)
}

/** What somebody who is no superadmin may never change: everything but the projects of their own domain. */
function beyondReach(state: Rows, who: Requester) {
  const isOwn = (domainName: string) => who.role === 'admin' && domainName === who.domainName
  const groups = state.groups.filter(({ domainName }) => !isOwn(domainName))
  const ids = new Set(groups.map(({ id }) => id))
  return { ...state, groups, members: state.members.filter(({ groupId }) => ids.has(groupId)) }
}

test('whatever is done in which order: the rules hold, reach is bounded, caches are told', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      await using place = await openPlace()
      await createDomain(place.identity, place.root, 'acme', {})
      let state = await rows(place)
      for (const step of list) {
        const role = step.who < 7 ? 'superadmin' : at(ROLES.slice(1), step.who)
        const domainName = at(state.domains, step.who).name
        const who = role === 'superadmin' ? place.root : requester({ role, domainName })
        const told = await place.eventsFrom()
        const failed = await perform(place, state, who, step).then(
          () => null,
          (error: Error) => error,
        )
        const next = await rows(place)
        checkRules(next)
        if (failed) {
          expect(failed.name).toBe('Problem')
          expect(next).toEqual(state)
        }
        if (role !== 'superadmin') expect(beyondReach(next, who)).toEqual(beyondReach(state, who))
        expect([...(await told())]).toEqual(expect.arrayContaining(outdated(state, next)))
        state = next
      }
    }),
    { numRuns: 5, endOnFailure: true },
  )
}, 120_000)
