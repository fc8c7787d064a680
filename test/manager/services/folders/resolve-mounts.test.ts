import { afterAll, beforeAll, expect, test } from 'bun:test'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { Problem } from '../../../../src/core/problem.ts'
import { holdFolders } from '../../../../src/manager/services/folders/hold-folders.ts'
import { createMountResolver } from '../../../../src/manager/services/folders/resolve-mounts.ts'
import type { CreateSessionInput } from '../../../../src/manager/services/requests.ts'
import { loadOwner } from '../../../../src/manager/services/sessions/owner.ts'
import { resolveProject } from '../../../../src/manager/services/sessions/scope.ts'
import { startFolderManager } from '../../api/rest/folder-manager.ts'
import { request } from '../../harness.ts'

type Config = CreateSessionInput['config']

let m: Awaited<ReturnType<typeof startFolderManager>>
beforeAll(async () => {
  m = await startFolderManager()
})
afterAll(() => m[Symbol.asyncDispose]())

async function resolve(mounts: string[], more: Partial<Config> = {}, who = m.user) {
  const { store } = m.ports
  const owner = await loadOwner(store, who.accessKey)
  const scope = await resolveProject(store, owner, 'default', 'default')
  const { config } = request({ config: { ...request().config, mounts, ...more } })
  return await createMountResolver(m.ports)(owner, scope, config)
}
const failure = async (...args: Parameters<typeof resolve>): Promise<string> =>
  resolve(...args).then(
    () => 'none',
    (error: unknown) => (error instanceof Problem ? error.kind : String(error)),
  )

test('a folder by name and by id, elsewhere, in part, and with a lower permission', async () => {
  const { name, id } = await m.make(m.user)
  await m.call(m.user, 'POST', `/folders/${name}/mkdir`, { path: 'sub/deep', parents: true })
  const [all] = await resolve([name])
  expect(all).toEqual({
    name,
    vfid: `user:${m.user.uuid}/${id}`,
    vfsubpath: '.',
    hostPath: join(
      m.storage.path,
      m.user.uuid.replaceAll('-', ''),
      id.slice(0, 2),
      id.slice(2, 4),
      id.slice(4),
    ),
    kernelPath: `/home/work/${name}`,
    permission: 'wd',
    usageMode: 'general',
  })
  expect(await resolve([id])).toEqual(all ? [all] : [])
  expect(await resolve([`${name}:data`])).toMatchObject([{ kernelPath: '/home/work/data' }])
  expect(await resolve([`${name}:/data`])).toMatchObject([{ kernelPath: '/data' }])
  expect(await resolve([name], { mountMap: { [name]: 'mapped/here' } })).toMatchObject([
    { kernelPath: '/home/work/mapped/here' },
  ])
  expect(await resolve([`${name}/sub/deep`])).toMatchObject([
    {
      vfsubpath: 'sub/deep',
      hostPath: join(all?.hostPath ?? '', 'sub/deep'),
      kernelPath: `/home/work/${name}`,
    },
  ])
  expect(await resolve([name], { mountOptions: { [name]: { permission: 'ro' } } })).toMatchObject([
    { permission: 'ro' },
  ])
})

test('what leads out, overlaps, or is nobody’s to mount', async () => {
  const [one, two] = [await m.make(m.user), await m.make(m.user)]
  const theirs = await m.make(m.friend)
  expect(await failure(['missing'])).toBe('object-not-found')
  expect(await failure([theirs.name])).toBe('object-not-found')
  expect(await failure([theirs.id])).toBe('object-not-found')
  expect(await failure([`${one.name}/missing`])).toBe('object-not-found')
  for (const bad of [
    [`${one.name}/../${two.id}`],
    [`${one.name}/a/../..`],
    [`${one.name}:/etc`],
    [`${one.name}:/etc/ssl`],
    [`${one.name}:/home/work`],
    [`${one.name}:../..`],
    [`${one.name}:.jupyter`],
    [`${one.name}:/opt/backend.ai`],
    [''],
    [one.name, one.id],
    [one.name, `${one.name}:again`],
    [`${one.name}:same`, `${two.name}:same`],
    [`${one.name}:same`, `${two.name}:same/inside`],
  ])
    expect([bad, await failure(bad)]).toEqual([bad, 'invalid-api-params'])
  expect(await failure([one.name], { mountOptions: { [one.name]: { permission: 'x' } } })).toBe(
    'invalid-api-params',
  )
  expect(await resolve([one.name, two.name])).toHaveLength(2)
})

test('shares are mounted as they were granted, and no higher', async () => {
  const { name, id } = await m.make(m.user)
  await m.call(m.user, 'POST', `/folders/${name}/invite`, { perm: 'ro', emails: [m.friend.email] })
  const { invitations } = (await m.call(m.friend, 'GET', '/folders/invitations/list')).json
  const [open] = invitations as { id: string }[]
  await m.call(m.friend, 'POST', '/folders/invitations/accept', { inv_id: open?.id })
  expect(await resolve([name], {}, m.friend)).toMatchObject([
    { permission: 'ro', vfid: `user:${m.user.uuid}/${id}` },
  ])
  const higher = { mountOptions: { [name]: { permission: 'rw' } } }
  expect(await failure([name], higher, m.friend)).toBe('invalid-api-params')
  const shared = await m.make(m.boss, { group: 'default', permission: 'ro' })
  expect(await resolve([shared.name])).toMatchObject([{ permission: 'ro' }])
  expect(await resolve([shared.name], {}, m.boss)).toMatchObject([{ permission: 'wd' }])
})

test('dot-folders come by themselves, a project’s .local with a part for each member', async () => {
  await m.call(m.friend, 'POST', '/folders', { name: '.config' })
  await m.call(m.boss, 'POST', '/folders', { name: '.local', group: 'default' })
  const mounts = await resolve([], {}, m.friend)
  expect(mounts.map(({ kernelPath }) => kernelPath)).toEqual(['/home/work/.config', '/home/work/.local'])
  expect(mounts[1]).toMatchObject({ vfsubpath: m.friend.uuid.replaceAll('-', '') })
  expect(await resolve([])).toMatchObject([{ name: '.local', vfsubpath: m.user.uuid.replaceAll('-', '') }])
})

test('a host that forbids mounting', async () => {
  const { domains, groups, keypairResourcePolicies: policies } = m.ports.store.tables
  const { name } = await m.make(m.user)
  const [before] = await m.ports.store.db.select({ hosts: domains.allowedVfolderHosts }).from(domains)
  const allow = (hosts: Record<string, string[]>) =>
    m.ports.store.tx(async (tx) => {
      for (const table of [domains, groups, policies])
        await tx.update(table).set({ allowedVfolderHosts: hosts })
    })
  await allow({ 'local:volume1': ['create-vfolder', 'upload-file'] })
  expect(await failure([name])).toBe('invalid-api-params')
  // Nobody asked for these.
  expect(await resolve([])).toEqual([])
  await allow(before?.hosts ?? {})
})

test('a folder that is deleted between the look and the writing', async () => {
  const { name } = await m.make(m.user)
  const mounts = (await resolve([name])).filter((mount) => mount.name === name)
  const { store } = m.ports
  await store.tx((tx) => holdFolders(store, tx, mounts, new Date()))
  await m.call(m.user, 'DELETE', `/folders/${name}`)
  const held = await store
    .tx((tx) => holdFolders(store, tx, mounts, new Date()))
    .catch((error: unknown) => error)
  expect(held).toMatchObject({ kind: 'object-not-found', msg: expect.stringContaining(name) })
  const unknown = mounts.map((mount) => ({ ...mount, vfid: randomUUID().replaceAll('-', '') }))
  expect(await store.tx((tx) => holdFolders(store, tx, unknown, new Date())).catch(() => 'refused')).toBe(
    'refused',
  )
})
