import { expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { createUser } from '../../../../src/manager/services/identity/create-user.ts'
import { createDomain } from '../../../../src/manager/services/identity/domains.ts'
import { createGroup, deleteGroup, modifyGroup } from '../../../../src/manager/services/identity/groups.ts'
import { createProjectPolicy } from '../../../../src/manager/services/identity/project-policies.ts'
import { purgeGroup } from '../../../../src/manager/services/identity/purge-group.ts'
import { openPlace, type Place, refusal, requester } from './place.ts'

const members = async ({ store }: Place, groupId: string) => {
  const { groupMembers: t } = store.tables
  const rows = await store.db.select().from(t).where(eq(t.groupId, groupId))
  return new Map(rows.map(({ userId, role }) => [userId, role]))
}

test('administrators change projects of their domain only', async () => {
  await using place = await openPlace()
  const { identity, root, project } = place
  await createDomain(identity, root, 'acme', {})
  const admin = requester({ role: 'admin', domainName: 'acme' })
  const own = await createGroup(identity, admin, 'team', { domain_name: 'acme' })
  expect(own).toMatchObject({
    domainName: 'acme',
    type: 'general',
    isActive: true,
    resourcePolicy: 'default',
  })
  expect(await modifyGroup(identity, admin, own.id, { description: 'ours' })).toMatchObject({
    description: 'ours',
  })
  for (const [change, action] of [
    [createGroup(identity, admin, 'team', { domain_name: 'default' }), 'create_group'],
    [modifyGroup(identity, admin, project.id, { is_active: false }), 'modify_group'],
    [modifyGroup(identity, admin, own.id, { domain_name: 'default' }), 'modify_group'],
    [deleteGroup(identity, admin, project.id), 'delete_group'],
    [purgeGroup(identity, admin, project.id), 'purge_group'],
    [modifyGroup(identity, requester({ role: 'user', domainName: 'acme' }), own.id, {}), 'modify_group'],
    [createGroup(identity, requester({ role: 'monitor' }), 'x', { domain_name: 'default' }), 'create_group'],
  ] as const) {
    expect(await refusal(change)).toBe(`no permission to ${action}`)
  }
  await deleteGroup(identity, admin, own.id)
  const { groups } = place.store.tables
  const rows = await place.store.db.select().from(groups)
  expect(new Map(rows.map(({ name, isActive }) => [name, isActive]))).toEqual(
    new Map([
      ['default', true],
      ['team', false],
    ]),
  )
})

test('what cannot be: unknown domains and policies, taken and bad names', async () => {
  await using place = await openPlace()
  const { identity, root, project } = place
  const make = (name: string, props: object = {}) =>
    createGroup(identity, root, name, { domain_name: 'default', ...props })
  expect(await refusal(make('default'))).toContain('has a project named "default" already')
  expect(await refusal(make('a b'))).toContain('invalid project name')
  expect(await refusal(make('x', { domain_name: 'nowhere' }))).toContain('no domain "nowhere"')
  expect(await refusal(make('x', { resource_policy: 'gold' }))).toContain('no project resource policy "gold"')
  expect(await refusal(make('x', { type: 'SECRET' }))).toContain('GENERAL or MODEL_STORE')
  expect(await refusal(make('x', { container_registry: { user: 'me' } }))).toContain('container_registry')
  await make('x')
  expect(await refusal(modifyGroup(identity, root, project.id, { name: 'x' }))).toContain('already')
  const nobody = '99999999-9999-4999-8999-999999999999'
  expect(await refusal(modifyGroup(identity, root, nobody, {}))).toContain(`no project ${nobody}`)
})

test('the registry of images stays through changes of other things, and null takes it away', async () => {
  await using place = await openPlace()
  const { identity, root } = place
  await createProjectPolicy(identity, root, 'gold', { max_vfolder_count: 3 })
  const made = await createGroup(identity, root, 'store', {
    domain_name: 'default',
    type: 'MODEL_STORE',
    container_registry: { registry: 'cr.example', project: 'models' },
  })
  expect(made.type).toBe('model-store')
  const changed = await modifyGroup(identity, root, made.id, {
    container_registry: {},
    resource_policy: 'gold',
  })
  expect(changed).toMatchObject({
    containerRegistry: { registry: 'cr.example', project: 'models' },
    resourcePolicy: 'gold',
  })
  expect(await modifyGroup(identity, root, made.id, { container_registry: null })).toMatchObject({
    containerRegistry: null,
  })
})

test('members come, lead and go', async () => {
  await using place = await openPlace()
  const { identity, root, project } = place
  await createDomain(identity, root, 'acme', {})
  const own = await createUser(identity, root, 'a@default', { password: 'pw' })
  const foreign = await createUser(identity, root, 'b@acme', { password: 'pw', domain_name: 'acme' })
  const change = (mode: string | null, users: string[]) =>
    modifyGroup(identity, root, project.id, { user_update_mode: mode, user_uuids: users })
  await change('add', [own.uuid])
  await change('add', [own.uuid, root.userUuid])
  expect(await members(place, project.id)).toEqual(
    new Map([
      [root.userUuid, 'member'],
      [own.uuid, 'member'],
    ]),
  )
  await change('promote', [own.uuid])
  expect((await members(place, project.id)).get(own.uuid)).toBe('admin')
  await change('add', [own.uuid])
  expect((await members(place, project.id)).get(own.uuid)).toBe('admin')
  const toldOf = await place.eventsFrom()
  await change('demote', [own.uuid])
  expect(await toldOf()).toEqual(new Set([own.uuid]))
  expect((await members(place, project.id)).get(own.uuid)).toBe('member')
  expect(await refusal(change('promote', [foreign.uuid]))).toContain('is no member')
  expect(await refusal(change('add', [foreign.uuid]))).toContain('in the domain "default"')
  expect(await refusal(change('add', ['me']))).toContain('"me" is no UUID')
  expect(await refusal(change('adopt', [own.uuid]))).toContain('user_update_mode is one of')
  expect(await refusal(change(null, [own.uuid]))).toContain('needs user_update_mode')
  await change('remove', [own.uuid])
  await change(null, [])
  expect([...(await members(place, project.id)).keys()]).toEqual([root.userUuid])
})

test('a project that moves to another domain leaves members behind', async () => {
  await using place = await openPlace()
  const { identity, root } = place
  await createDomain(identity, root, 'acme', {})
  const group = await createGroup(identity, root, 'team', { domain_name: 'default' })
  const left = await createUser(identity, root, 'a@default', { password: 'pw', group_ids: [group.id] })
  expect((await members(place, group.id)).has(left.uuid)).toBe(true)
  expect(await modifyGroup(identity, root, group.id, { domain_name: 'acme' })).toMatchObject({
    domainName: 'acme',
  })
  expect(await members(place, group.id)).toEqual(new Map())
})

test('purging refuses living sessions and mounted folders, then leaves nothing', async () => {
  await using place = await openPlace()
  const { identity, root, store, project } = place
  const { sessions, vfolders, groups, groupMembers, scalingGroupGroups } = store.tables
  const folder = crypto.randomUUID()
  const quotaScopeId = `project:${project.id}`
  await store.tx(async (tx) => {
    await tx.insert(vfolders).values({
      id: folder,
      host: 'local:volume1',
      quotaScopeId,
      name: 'shared',
      createdAt: new Date(0),
      ownershipType: 'group',
      group: project.id,
      statusHistory: {},
    })
    await tx
      .insert(scalingGroupGroups)
      .values({ id: crypto.randomUUID(), scalingGroup: 'default', group: project.id })
  })
  const mount = {
    name: 'shared',
    vfsubpath: '.',
    hostPath: '/x',
    kernelPath: '/home/work/shared',
    permission: 'rw' as const,
    usageMode: 'general',
  }
  await place.addSession({
    id: crypto.randomUUID(),
    userUuid: root.userUuid,
    accessKey: 'AKIA',
    name: 'busy',
    vfolderMounts: [{ ...mount, vfid: `${quotaScopeId}/${folder.replaceAll('-', '')}` }],
  })
  expect(await refusal(purgeGroup(identity, root, project.id))).toContain('mounted in active sessions (busy)')
  await store.tx(async (tx) => {
    await tx.update(sessions).set({ vfolderMounts: [] })
  })
  expect(await refusal(purgeGroup(identity, root, project.id))).toContain('has 1 active session.')
  await store.tx(async (tx) => {
    await tx.update(sessions).set({ status: 'TERMINATED' })
  })
  await purgeGroup(identity, root, project.id)
  for (const table of [sessions, groups, groupMembers, scalingGroupGroups]) {
    expect(await store.db.select().from(table)).toEqual([])
  }
  const [given] = await store.db.select().from(vfolders)
  expect(given).toMatchObject({ status: 'delete-ongoing', user: null, group: null })
  expect(Object.keys(given?.statusHistory ?? {})).toEqual(['delete-ongoing'])
})
