import { expect, test } from 'bun:test'
import {
  createKeypairPolicy,
  deleteKeypairPolicy,
  modifyKeypairPolicy,
} from '../../../../src/manager/services/identity/keypair-policies.ts'
import {
  createProjectPolicy,
  deleteProjectPolicy,
  modifyProjectPolicy,
} from '../../../../src/manager/services/identity/project-policies.ts'
import {
  createPreset,
  deletePreset,
  modifyPreset,
} from '../../../../src/manager/services/identity/resource-presets.ts'
import {
  createUserPolicy,
  deleteUserPolicy,
  modifyUserPolicy,
} from '../../../../src/manager/services/identity/user-policies.ts'
import { openPlace, refusal, requester } from './place.ts'

const LIMITS = {
  default_for_unspecified: 'UNLIMITED',
  total_resource_slots: { cpu: '8', mem: '16g' },
  max_concurrent_sessions: 3,
  max_containers_per_session: 2,
  idle_timeout: 3600,
  allowed_vfolder_hosts: { 'local:volume1': ['mount-in-session'] },
}

test('keypair policies: made, changed, in use, gone', async () => {
  await using place = await openPlace()
  const { identity, root, store } = place
  const row = await createKeypairPolicy(identity, root, 'gold', { ...LIMITS, max_quota_scope_size: 5 })
  expect(row).toMatchObject({
    defaultForUnspecified: 'UNLIMITED',
    totalResourceSlots: { cpu: '8', mem: '17179869184' },
    maxConcurrentSessions: 3,
    maxConcurrentSftpSessions: 1,
    maxPendingSessionCount: null,
    maxVfolderSize: 5,
    allowedVfolderHosts: { 'local:volume1': ['mount-in-session'] },
  })
  await modifyKeypairPolicy(identity, root, 'gold', {
    max_pending_session_count: 2,
    max_pending_session_resource_slots: { cpu: 1 },
    default_for_unspecified: 'limited',
    idle_timeout: null,
  })
  await modifyKeypairPolicy(identity, root, 'gold', {})
  const read = async () => {
    const rows = await store.db.select().from(store.tables.keypairResourcePolicies)
    return rows.find(({ name }) => name === 'gold')
  }
  expect(await read()).toMatchObject({
    maxPendingSessionCount: 2,
    maxPendingSessionResourceSlots: { cpu: '1' },
    defaultForUnspecified: 'LIMITED',
    idleTimeout: 3600,
  })
  await modifyKeypairPolicy(identity, root, 'gold', {
    max_pending_session_count: null,
    max_pending_session_resource_slots: null,
  })
  expect(await read()).toMatchObject({ maxPendingSessionCount: null, maxPendingSessionResourceSlots: null })
  const change = (props: object) => refusal(modifyKeypairPolicy(identity, root, 'gold', props))
  expect(await change({ default_for_unspecified: 'SOME' })).toContain('LIMITED or UNLIMITED')
  expect(await change({ max_concurrent_sessions: -1 })).toContain('at least 0')
  expect(await change({ max_containers_per_session: 0 })).toContain('at least 1')
  expect(await refusal(createKeypairPolicy(identity, root, 'gold', LIMITS))).toContain('exists already')
  expect(await refusal(modifyKeypairPolicy(identity, root, 'lead', {}))).toContain(
    'no keypair resource policy',
  )
  expect(await refusal(deleteKeypairPolicy(identity, root, 'default'))).toContain('still bounds 1 keypairs')
  await deleteKeypairPolicy(identity, root, 'gold')
  expect(await read()).toBeUndefined()
})

test('user policies: max_vfolder_size is the older word for max_quota_scope_size', async () => {
  await using place = await openPlace()
  const { identity, root, store } = place
  const row = await createUserPolicy(identity, root, 'gold', {
    max_vfolder_size: 1024 ** 4,
    max_vfolder_count: 5,
  })
  expect(row).toMatchObject({
    maxQuotaScopeSize: 1024 ** 4,
    maxVfolderCount: 5,
    maxSessionCountPerModelSession: 10,
    maxCustomizedImageCount: 3,
  })
  await modifyUserPolicy(identity, root, 'gold', { max_quota_scope_size: -1, max_customized_image_count: 1 })
  const rows = await store.db.select().from(store.tables.userResourcePolicies)
  expect(rows.find(({ name }) => name === 'gold')).toMatchObject({
    maxQuotaScopeSize: -1,
    maxVfolderCount: 5,
    maxCustomizedImageCount: 1,
  })
  expect(await refusal(modifyUserPolicy(identity, root, 'gold', { max_quota_scope_size: -2 }))).toContain(
    '-1',
  )
  expect(await refusal(createUserPolicy(identity, root, 'gold', {}))).toContain('exists already')
  expect(await refusal(deleteUserPolicy(identity, root, 'default'))).toContain('still bounds 1 users')
  await deleteUserPolicy(identity, root, 'gold')
  expect(await refusal(deleteUserPolicy(identity, root, 'gold'))).toContain('no user resource policy "gold"')
})

test('project policies', async () => {
  await using place = await openPlace()
  const { identity, root, store } = place
  expect(await createProjectPolicy(identity, root, 'gold', {})).toMatchObject({
    maxQuotaScopeSize: -1,
    maxVfolderCount: 0,
  })
  await modifyProjectPolicy(identity, root, 'gold', { max_vfolder_size: 7 })
  const rows = await store.db.select().from(store.tables.projectResourcePolicies)
  expect(rows.find(({ name }) => name === 'gold')).toMatchObject({ maxQuotaScopeSize: 7 })
  expect(await refusal(createProjectPolicy(identity, root, ' ', {}))).toContain('needs a name')
  expect(await refusal(deleteProjectPolicy(identity, root, 'default'))).toContain('still bounds 1 projects')
  await deleteProjectPolicy(identity, root, 'gold')
})

test('presets: slots and shared memory in sizes', async () => {
  await using place = await openPlace()
  const { identity, root, store } = place
  const slots = { cpu: 1, mem: '2g', 'cuda.device': '1' }
  expect(await createPreset(identity, root, 'gpu', { resource_slots: slots, shared_memory: '64m' })).toEqual({
    name: 'gpu',
    resourceSlots: { cpu: '1', mem: '2147483648', 'cuda.device': '1' },
    sharedMemory: 67_108_864,
  })
  await modifyPreset(identity, root, 'gpu', { resource_slots: { cpu: 2 } })
  await modifyPreset(identity, root, 'gpu', {})
  const read = async () =>
    (await store.db.select().from(store.tables.resourcePresets)).find(({ name }) => name === 'gpu')
  expect(await read()).toMatchObject({ resourceSlots: { cpu: '2' }, sharedMemory: 67_108_864 })
  await modifyPreset(identity, root, 'gpu', { shared_memory: null })
  expect(await read()).toMatchObject({ sharedMemory: null })
  expect(await refusal(modifyPreset(identity, root, 'gpu', { shared_memory: 'much' }))).toContain('"64m"')
  expect(await refusal(modifyPreset(identity, root, 'gpu', { shared_memory: '9e' }))).toContain('"64m"')
  expect(await refusal(createPreset(identity, root, 'gpu', { resource_slots: {} }))).toContain(
    'exists already',
  )
  expect(await refusal(createPreset(identity, root, 'x', {}))).toContain('resource_slots is missing')
  await deletePreset(identity, root, 'gpu')
  expect(await refusal(deletePreset(identity, root, 'gpu'))).toContain('no resource preset "gpu"')
})

test('only superadmins change policies and presets', async () => {
  await using place = await openPlace()
  const { identity } = place
  for (const role of ['admin', 'user', 'monitor'] as const) {
    const who = requester({ role })
    for (const change of [
      createKeypairPolicy(identity, who, 'x', LIMITS),
      modifyKeypairPolicy(identity, who, 'default', {}),
      deleteKeypairPolicy(identity, who, 'default'),
      createUserPolicy(identity, who, 'x', {}),
      modifyUserPolicy(identity, who, 'default', {}),
      deleteUserPolicy(identity, who, 'default'),
      createProjectPolicy(identity, who, 'x', {}),
      modifyProjectPolicy(identity, who, 'default', {}),
      deleteProjectPolicy(identity, who, 'default'),
      createPreset(identity, who, 'x', { resource_slots: {} }),
      modifyPreset(identity, who, 'cpu01-small', {}),
      deletePreset(identity, who, 'cpu01-small'),
    ]) {
      expect(await refusal(change)).toMatch(/^no permission to \w+$/)
    }
  }
})
