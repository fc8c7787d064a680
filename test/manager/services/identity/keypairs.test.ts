import { expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { createUser } from '../../../../src/manager/services/identity/create-user.ts'
import {
  createKeypair,
  deleteKeypair,
  modifyKeypair,
} from '../../../../src/manager/services/identity/keypairs.ts'
import { openPlace, refusal, requester } from './place.ts'

const PROPS = { resource_policy: 'default', rate_limit: 5000 }

test('keypairs are made for an address or a UUID, with an SSH key of their own', async () => {
  await using place = await openPlace()
  const { identity, root } = place
  const user = await createUser(identity, root, 'a@default', { password: 'pw' })
  const first = await createKeypair(identity, root, 'a@default', PROPS)
  const second = await createKeypair(identity, root, user.uuid.toUpperCase(), { ...PROPS, is_active: false })
  expect(first).toMatchObject({
    user: user.uuid,
    userId: 'a@default',
    isActive: true,
    isAdmin: false,
    rateLimit: 5000,
  })
  expect(second).toMatchObject({ user: user.uuid, isActive: false })
  expect(first.secretKey).toHaveLength(40)
  expect(first.sshPublicKey).toContain(`${first.accessKey}@backend.ai`)
  expect(first.accessKey).not.toBe(second.accessKey)
  expect(await refusal(createKeypair(identity, root, 'b@default', PROPS))).toContain('no user "b@default"')
  const gold = createKeypair(identity, root, 'a@default', { ...PROPS, resource_policy: 'gold' })
  expect(await refusal(gold)).toContain('no keypair resource policy "gold"')
  const negative = createKeypair(identity, root, 'a@default', { ...PROPS, rate_limit: -1 })
  expect(await refusal(negative)).toContain('rate_limit must be at least 0')
})

test('null leaves as it is; managers forget the owner', async () => {
  await using place = await openPlace()
  const { identity, root, store } = place
  const user = await createUser(identity, root, 'a@default', { password: 'pw' })
  const key = user.mainAccessKey ?? ''
  const nothing = { is_admin: null, resource_policy: null, rate_limit: null, concurrency_limit: null }
  await modifyKeypair(identity, root, key, { ...nothing, is_active: false })
  const { keypairs } = store.tables
  const [row] = await store.db.select().from(keypairs).where(eq(keypairs.accessKey, key))
  expect(row).toMatchObject({ isActive: false, isAdmin: false, resourcePolicy: 'default', rateLimit: 10_000 })
  expect(await place.changedUsers()).toEqual(new Set([user.uuid]))
  expect(await refusal(modifyKeypair(identity, root, 'AKIANOWHERE', {}))).toContain(
    'no keypair "AKIANOWHERE"',
  )
  const gold = modifyKeypair(identity, root, key, { resource_policy: 'gold' })
  expect(await refusal(gold)).toContain('no keypair resource policy "gold"')
})

test('main keypairs and those with living sessions stay', async () => {
  await using place = await openPlace()
  const { identity, root, store } = place
  const { sessions, scalingGroupKeypairs, keypairs } = store.tables
  const user = await createUser(identity, root, 'a@default', { password: 'pw' })
  const second = await createKeypair(identity, root, 'a@default', PROPS)
  expect(await refusal(deleteKeypair(identity, root, user.mainAccessKey ?? ''))).toContain('main access key')
  await place.addSession({ id: crypto.randomUUID(), userUuid: user.uuid, accessKey: second.accessKey })
  expect(await refusal(deleteKeypair(identity, root, second.accessKey))).toContain('has 1 active session.')
  await store.tx(async (tx) => {
    await tx.update(sessions).set({ status: 'TERMINATED' })
    await tx
      .insert(scalingGroupKeypairs)
      .values({ id: crypto.randomUUID(), scalingGroup: 'default', accessKey: second.accessKey })
  })
  await deleteKeypair(identity, root, second.accessKey)
  expect(await store.db.select().from(scalingGroupKeypairs)).toEqual([])
  const left = await store.db.select().from(keypairs).where(eq(keypairs.user, user.uuid))
  expect(left.map(({ accessKey }) => accessKey)).toEqual([user.mainAccessKey ?? ''])
})

test('only superadmins change keypairs', async () => {
  await using place = await openPlace()
  const { identity } = place
  for (const role of ['admin', 'user', 'monitor'] as const) {
    const who = requester({ role })
    for (const change of [
      createKeypair(identity, who, 'admin@default', PROPS),
      modifyKeypair(identity, who, 'AKIA', { is_admin: true }),
      deleteKeypair(identity, who, 'AKIA'),
    ]) {
      expect(await refusal(change)).toMatch(/^no permission to \w+_keypair$/)
    }
  }
})
