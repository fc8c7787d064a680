import { expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { createUser } from '../../../../src/manager/services/identity/create-user.ts'
import { deleteUser } from '../../../../src/manager/services/identity/delete-user.ts'
import { createDomain } from '../../../../src/manager/services/identity/domains.ts'
import { createGroup } from '../../../../src/manager/services/identity/groups.ts'
import { createKeypair } from '../../../../src/manager/services/identity/keypairs.ts'
import { modifyUser, type UserChange } from '../../../../src/manager/services/identity/modify-user.ts'
import { purgeUser } from '../../../../src/manager/services/identity/purge-user.ts'
import { openPlace, type Place, refusal, requester } from './place.ts'

const keysOf = async ({ store }: Place, email: string) => {
  const { keypairs } = store.tables
  return await store.db.select().from(keypairs).where(eq(keypairs.userId, email))
}
const projectsOf = async ({ store }: Place, userId: string) => {
  const { groupMembers: t } = store.tables
  const rows = await store.db.select().from(t).where(eq(t.userId, userId))
  return rows.map(({ groupId }) => groupId).toSorted()
}

test('a new user has a main keypair and is in the projects named and the model store of the domain', async () => {
  await using place = await openPlace()
  const { identity, root, project } = place
  const store = await createGroup(identity, root, 'store', { domain_name: 'default', type: 'MODEL_STORE' })
  const user = await createUser(identity, root, 'a@default', {
    username: '',
    password: 'secret',
    need_password_change: true,
    group_ids: [project.id],
    allowed_client_ip: ['10.0.0.0/8'],
  })
  expect(user).toMatchObject({
    username: 'a@default',
    status: 'active',
    role: 'user',
    domainName: 'default',
    needPasswordChange: true,
    allowedClientIp: ['10.0.0.0/8'],
    resourcePolicy: 'default',
  })
  expect(user.password).toStartWith('hash:')
  const [keypair, ...others] = await keysOf(place, 'a@default')
  expect(others).toEqual([])
  expect(keypair).toMatchObject({
    accessKey: user.mainAccessKey ?? '',
    user: user.uuid,
    isActive: true,
    isAdmin: false,
    rateLimit: 10_000,
    resourcePolicy: 'default',
  })
  expect(keypair?.accessKey).toMatch(/^AKIA[A-Z2-7]{16}$/)
  expect(await projectsOf(place, user.uuid)).toEqual([project.id, store.id].toSorted())
})

test('status and role of a new user reach the keypair', async () => {
  await using place = await openPlace()
  const { identity, root } = place
  await createUser(identity, root, 'i@default', { password: 'pw', is_active: false })
  await createUser(identity, root, 'a@default', {
    password: 'pw',
    role: 'admin',
    status: 'before-verification',
  })
  expect(await keysOf(place, 'i@default')).toMatchObject([{ isActive: false, isAdmin: false }])
  expect(await keysOf(place, 'a@default')).toMatchObject([{ isActive: false, isAdmin: true }])
})

test('what cannot be: taken addresses and names, unknown everything', async () => {
  await using place = await openPlace()
  const { identity, root } = place
  await createUser(identity, root, 'a@default', { username: 'anna', password: 'pw' })
  const make = (email: string, props: object) =>
    createUser(identity, root, email, { password: 'pw', ...props })
  const nobody = '99999999-9999-4999-8999-999999999999'
  for (const [change, said] of [
    [make('a@default', {}), 'e-mail address "a@default" already'],
    [make('b@default', { username: 'anna' }), 'named "anna" already'],
    [make('b', {}), 'is no e-mail address'],
    [make('b@default', { password: '' }), 'password is empty'],
    [make('b@default', { domain_name: 'nowhere' }), 'no domain "nowhere"'],
    [make('b@default', { resource_policy: 'gold' }), 'no user resource policy "gold"'],
    [make('b@default', { role: 'king' }), 'role is one of'],
    [make('b@default', { status: 'asleep' }), 'status is one of'],
    [make('b@default', { group_ids: [nobody] }), `no project ${nobody} in the domain`],
    [make('b@default', { allowed_client_ip: ['home'] }), '"home" is neither'],
    [make('b@default', { totp_activated: true }), 'one-time passwords'],
    [make('b@default', { full_name: 'x'.repeat(65) }), 'longer than 64'],
  ] as const) {
    expect(await refusal(change)).toContain(said)
  }
  expect(await keysOf(place, 'b@default')).toEqual([])
})

test('only superadmins change users', async () => {
  await using place = await openPlace()
  const { identity, root } = place
  for (const role of ['admin', 'user', 'monitor'] as const) {
    const who = requester({ role })
    for (const change of [
      createUser(identity, who, 'b@default', { password: 'pw' }),
      modifyUser(identity, who, root.email, { role: 'user' }),
      deleteUser(identity, who, root.email),
      purgeUser(identity, who, root.email, false),
    ]) {
      expect(await refusal(change)).toMatch(/^no permission to \w+_user$/)
    }
  }
})

test('changes: what is absent stays; passwords, addresses, one-time passwords', async () => {
  await using place = await openPlace()
  const { identity, root, store } = place
  const before = await createUser(identity, root, 'a@default', {
    password: 'pw',
    full_name: 'Anna',
    allowed_client_ip: ['10.0.0.1'],
  })
  const { users } = store.tables
  await store.tx(async (tx) => {
    await tx
      .update(users)
      .set({ totpKey: 'KEY', totpActivated: true, totpActivatedAt: new Date(0) })
      .where(eq(users.uuid, before.uuid))
  })
  const change = (props: UserChange) => modifyUser(identity, root, 'a@default', props)
  expect(await change({ description: '' })).toMatchObject({
    fullName: 'Anna',
    password: before.password,
    allowedClientIp: ['10.0.0.1'],
    totpActivated: true,
    status: 'active',
  })
  const renewed = await change({ password: 'other', need_password_change: true, allowed_client_ip: null })
  expect(renewed.password).not.toBe(before.password)
  expect(renewed).toMatchObject({ needPasswordChange: true, allowedClientIp: null })
  expect(await change({ totp_activated: false })).toMatchObject({
    totpActivated: false,
    totpActivatedAt: null,
    totpKey: null,
  })
  expect(await refusal(change({ totp_activated: true }))).toContain('one-time passwords')
  expect(await change({ is_active: false })).toMatchObject({
    status: 'inactive',
    statusInfo: 'admin-requested',
  })
  expect(await place.changedUsers()).toEqual(new Set([before.uuid]))
  expect(await refusal(modifyUser(identity, root, 'who@default', {}))).toContain('no user "who@default"')
})

test('a new role reaches every keypair', async () => {
  await using place = await openPlace()
  const { identity, root } = place
  await createUser(identity, root, 'a@default', { password: 'pw' })
  await createKeypair(identity, root, 'a@default', { resource_policy: 'default', rate_limit: 1 })
  await modifyUser(identity, root, 'a@default', { role: 'admin' })
  expect((await keysOf(place, 'a@default')).map(({ isAdmin }) => isAdmin)).toEqual([true, true])
  await modifyUser(identity, root, 'a@default', { role: 'monitor' })
  expect((await keysOf(place, 'a@default')).map(({ isAdmin }) => isAdmin)).toEqual([false, false])
})

test('the main keypair is one of one’s own', async () => {
  await using place = await openPlace()
  const { identity, root } = place
  const anna = await createUser(identity, root, 'a@default', { password: 'pw' })
  const bert = await createUser(identity, root, 'b@default', { password: 'pw' })
  const second = await createKeypair(identity, root, anna.uuid, { resource_policy: 'default', rate_limit: 1 })
  const change = (key: string | null) => modifyUser(identity, root, 'a@default', { main_access_key: key })
  expect(await refusal(change(bert.mainAccessKey))).toContain("another user's access key")
  expect(await refusal(change('AKIANOWHERE'))).toContain("another user's access key")
  expect(await change(second.accessKey)).toMatchObject({ mainAccessKey: second.accessKey })
})

test('a user who moves to another domain leaves the projects of the old one', async () => {
  await using place = await openPlace()
  const { identity, root, project } = place
  await createDomain(identity, root, 'acme', {})
  const there = await createGroup(identity, root, 'team', { domain_name: 'acme' })
  const user = await createUser(identity, root, 'a@default', { password: 'pw', group_ids: [project.id] })
  await modifyUser(identity, root, 'a@default', { domain_name: 'acme' })
  expect(await projectsOf(place, user.uuid)).toEqual([])
  await modifyUser(identity, root, 'a@default', { group_ids: [there.id] })
  expect(await projectsOf(place, user.uuid)).toEqual([there.id])
  const astray = modifyUser(identity, root, 'a@default', { group_ids: [project.id] })
  expect(await refusal(astray)).toContain('in the domain "acme"')
  await modifyUser(identity, root, 'a@default', { group_ids: [] })
  expect(await projectsOf(place, user.uuid)).toEqual([])
})

test('deleting keeps the rows and ends the keypairs; a superadmin always stays', async () => {
  await using place = await openPlace()
  const { identity, root, store } = place
  const user = await createUser(identity, root, 'a@default', { password: 'pw' })
  await deleteUser(identity, root, 'a@default')
  const { users } = store.tables
  const [row] = await store.db.select().from(users).where(eq(users.uuid, user.uuid))
  expect(row).toMatchObject({ status: 'deleted', statusInfo: 'admin-requested' })
  expect(await keysOf(place, 'a@default')).toMatchObject([{ isActive: false }])
  expect(await place.changedUsers()).toContain(user.uuid)
  for (const change of [
    deleteUser(identity, root, root.email),
    modifyUser(identity, root, root.email, { role: 'admin' }),
    modifyUser(identity, root, root.email, { is_active: false }),
    purgeUser(identity, requester({ role: 'superadmin' }), root.email, true),
  ]) {
    expect(await refusal(change)).toContain('last active superadmin')
  }
  await createUser(identity, root, 'second@default', { password: 'pw', role: 'superadmin' })
  await modifyUser(identity, root, root.email, { role: 'admin' })
})

async function withFolders(place: Place) {
  const { identity, root, store } = place
  const user = await createUser(identity, root, 'a@default', { password: 'pw' })
  const other = await createUser(identity, root, 'b@default', { password: 'pw' })
  const { vfolders, vfolderPermissions, vfolderInvitations } = store.tables
  const folder = (owner: string, name: string) => ({
    id: crypto.randomUUID(),
    host: 'local:volume1',
    quotaScopeId: `user:${owner}`,
    name,
    createdAt: new Date(0),
    user: owner,
    statusHistory: {},
  })
  const [own, shared, taken] = [
    folder(user.uuid, 'own'),
    folder(user.uuid, 'data'),
    folder(root.userUuid, 'data'),
  ]
  await store.tx(async (tx) => {
    await tx.insert(vfolders).values([own, shared, taken])
    await tx.insert(vfolderPermissions).values([
      { id: crypto.randomUUID(), vfolder: shared.id, user: other.uuid },
      { id: crypto.randomUUID(), vfolder: shared.id, user: root.userUuid },
    ])
    await tx.insert(vfolderInvitations).values({
      id: crypto.randomUUID(),
      vfolder: own.id,
      inviter: 'a@default',
      invitee: 'b@default',
      createdAt: new Date(0),
      modifiedAt: new Date(0),
    })
  })
  return { user, other, own, shared }
}

test('purging hands shared folders over and gives the others up', async () => {
  await using place = await openPlace()
  const { identity, root, store } = place
  const { user, other, own, shared } = await withFolders(place)
  const { vfolders, vfolderPermissions, vfolderInvitations, users, errorLogs } = store.tables
  const session = { id: crypto.randomUUID(), userUuid: user.uuid, accessKey: user.mainAccessKey ?? '' }
  await place.addSession(session)
  expect(await refusal(purgeUser(identity, root, 'a@default', false))).toContain('has 1 active session.')
  await store.tx(async (tx) => {
    await tx.update(store.tables.sessions).set({ status: 'CANCELLED' })
    await tx.insert(errorLogs).values({
      id: crypto.randomUUID(),
      createdAt: new Date(0),
      severity: 'error',
      source: 'webui',
      user: user.uuid,
      message: 'x',
      contextLang: 'en',
      contextEnv: {},
    })
  })
  await purgeUser(identity, root, 'a@default', false)
  const folders = new Map((await store.db.select().from(vfolders)).map((row) => [row.id, row]))
  expect(folders.get(shared.id)).toMatchObject({
    user: root.userUuid,
    name: `data-${shared.id.slice(0, 8)}`,
    status: 'ready',
    quotaScopeId: `user:${user.uuid}`,
  })
  expect(folders.get(own.id)).toMatchObject({ status: 'delete-ongoing', user: null })
  const shares = await store.db.select().from(vfolderPermissions)
  expect(shares.map((share) => share.user)).toEqual([other.uuid])
  expect(await store.db.select().from(vfolderInvitations)).toEqual([])
  expect(await store.db.select().from(errorLogs)).toEqual([])
  expect(await store.db.select().from(store.tables.sessions)).toEqual([])
  expect(await keysOf(place, 'a@default')).toEqual([])
  expect(await store.db.select().from(users).where(eq(users.uuid, user.uuid))).toEqual([])
  expect(await place.changedUsers()).toContain(user.uuid)
})

test('purging gives shared folders up too when it is told to', async () => {
  await using place = await openPlace()
  const { own, shared } = await withFolders(place)
  await purgeUser(place.identity, place.root, 'a@default', true)
  const folders = await place.store.db.select().from(place.store.tables.vfolders)
  const gone = folders.filter(({ status }) => status === 'delete-ongoing').map(({ id }) => id)
  expect(gone.toSorted()).toEqual([own.id, shared.id].toSorted())
  expect(await place.store.db.select().from(place.store.tables.vfolderPermissions)).toEqual([])
  expect(await refusal(purgeUser(place.identity, place.root, place.root.email, true))).toContain('themselves')
})
