import { expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { createUser } from '../../../../src/manager/services/identity/create-user.ts'
import {
  createDomain,
  type DomainProps,
  deleteDomain,
  modifyDomain,
} from '../../../../src/manager/services/identity/domains.ts'
import { createGroup } from '../../../../src/manager/services/identity/groups.ts'
import { purgeDomain } from '../../../../src/manager/services/identity/purge-domain.ts'
import { openPlace, refusal, requester } from './place.ts'

test('a domain is made with what was given and defaults for the rest', async () => {
  await using place = await openPlace()
  const row = await createDomain(place.identity, place.root, 'acme', {
    description: 'Anvils',
    total_resource_slots: { mem: '1t' },
    allowed_vfolder_hosts: { 'local:volume1': ['mount-in-session'] },
    allowed_docker_registries: ['cr.backend.ai', 'cr.backend.ai'],
  })
  expect(row).toMatchObject({
    name: 'acme',
    isActive: true,
    totalResourceSlots: { mem: '1099511627776' },
    allowedDockerRegistries: ['cr.backend.ai'],
    integrationId: null,
    dotfiles: [],
  })
  const { domains } = place.store.tables
  expect(await place.store.db.select().from(domains).where(eq(domains.name, 'acme'))).toEqual([row])
  expect(await refusal(createDomain(place.identity, place.root, 'acme', {}))).toContain('exists already')
  expect(await refusal(createDomain(place.identity, place.root, '-', {}))).toContain('invalid domain name')
})

test('only superadmins change domains', async () => {
  await using place = await openPlace()
  for (const role of ['admin', 'user', 'monitor'] as const) {
    const who = requester({ role })
    for (const change of [
      createDomain(place.identity, who, 'acme', {}),
      modifyDomain(place.identity, who, 'default', { is_active: false }),
      deleteDomain(place.identity, who, 'default'),
      purgeDomain(place.identity, who, 'default'),
    ]) {
      expect(await refusal(change)).toMatch(/^no permission to \w+_domain$/)
    }
  }
  const { domains } = place.store.tables
  expect(await place.store.db.select({ active: domains.isActive }).from(domains)).toEqual([{ active: true }])
})

test('what is absent stays, null clears what may be empty', async () => {
  await using place = await openPlace()
  const { identity, root } = place
  await createDomain(identity, root, 'acme', { description: 'Anvils', integration_id: 'x-1' })
  const change = (props: DomainProps) => modifyDomain(identity, root, 'acme', props)
  expect(await change({ is_active: false })).toMatchObject({ description: 'Anvils', isActive: false })
  expect(await change({ description: null, is_active: null })).toMatchObject({
    description: null,
    isActive: false,
    integrationId: 'x-1',
  })
  expect(await refusal(modifyDomain(identity, root, 'nowhere', {}))).toContain('no domain "nowhere"')
})

test('a new name takes projects, users, sessions and resource groups along, and cached accounts are dropped', async () => {
  await using place = await openPlace()
  const { identity, root, store } = place
  const { tables, db } = store
  await place.addSession({ id: crypto.randomUUID(), userUuid: root.userUuid, accessKey: 'AKIA' })
  expect(await modifyDomain(identity, root, 'default', { name: 'acme' })).toMatchObject({ name: 'acme' })
  expect((await db.select().from(tables.domains)).map(({ name }) => name)).toEqual(['acme'])
  expect((await db.select().from(tables.groups)).map((row) => row.domainName)).toEqual(['acme'])
  expect((await db.select().from(tables.users)).map((row) => row.domainName)).toEqual(['acme'])
  expect((await db.select().from(tables.sessions)).map((row) => row.domainName)).toEqual(['acme'])
  expect((await db.select().from(tables.scalingGroupDomains)).map((row) => row.domain)).toEqual(['acme'])
  expect(await place.changedUsers()).toEqual(new Set([root.userUuid]))
  await createDomain(identity, root, 'other', {})
  expect(await refusal(modifyDomain(identity, root, 'acme', { name: 'other' }))).toContain('exists already')
  expect((await db.select().from(tables.users)).map((row) => row.domainName)).toEqual(['acme'])
})

test('purging needs an empty domain, and leaves nothing of it', async () => {
  await using place = await openPlace()
  const { identity, root, store } = place
  await createDomain(identity, root, 'acme', {})
  const group = await createGroup(identity, root, 'team', { domain_name: 'acme' })
  expect(await refusal(purgeDomain(identity, root, 'acme'))).toContain('1 groups bound to the domain')
  await createUser(identity, root, 'a@acme', { password: 'pw', domain_name: 'acme' })
  expect(await refusal(purgeDomain(identity, root, 'acme'))).toContain('1 users bound to the domain')
  const session = { id: crypto.randomUUID(), userUuid: root.userUuid, accessKey: 'AKIA', domainName: 'acme' }
  await place.addSession({ ...session, groupId: group.id })
  expect(await refusal(purgeDomain(identity, root, 'acme'))).toContain('1 active session.')
  const { sessions, groups, users, keypairs } = store.tables
  await store.tx(async (tx) => {
    await tx.update(sessions).set({ status: 'TERMINATED' })
    await tx.delete(groups).where(eq(groups.domainName, 'acme'))
    await tx.delete(keypairs).where(eq(keypairs.userId, 'a@acme'))
    await tx.delete(users).where(eq(users.domainName, 'acme'))
  })
  await purgeDomain(identity, root, 'acme')
  expect(await store.db.select().from(sessions)).toEqual([])
  expect(await refusal(purgeDomain(identity, root, 'acme'))).toContain('no domain "acme"')
})
