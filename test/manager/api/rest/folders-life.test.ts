import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { eq } from 'drizzle-orm'
import { createFolder } from '../../../../src/manager/services/folders/create-folder.ts'
import { tendFolders } from '../../../../src/manager/services/folders/tend-folders.ts'
import { until } from '../../../harness/until.ts'
import { failed, startFolderManager } from './folder-manager.ts'

let m: Awaited<ReturnType<typeof startFolderManager>>
beforeAll(async () => {
  m = await startFolderManager()
}, 60_000)
afterAll(() => m[Symbol.asyncDispose]())

const HOST = 'local:volume1'
const rowOf = async (id: string) => {
  const { vfolders } = m.ports.store.tables
  const [row] = await m.ports.store.db
    .select()
    .from(vfolders)
    .where(eq(vfolders.id, uuidOf(id)))
  return row
}
const uuidOf = (hex: string) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
const names = (got: { json: unknown }) => (got.json as { name: string }[]).map(({ name }) => name)

describe('a folder of one’s own', () => {
  test('is made, seen, listed', async () => {
    const body = {
      name: 'first',
      host: null,
      unmanaged_path: null,
      group: null,
      usage_mode: 'general',
      permission: 'rw',
      quota: '10m',
      cloneable: false,
    }
    const made = await m.call(m.user, 'POST', '/folders', body)
    expect([made.status, made.json]).toEqual([
      201,
      {
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
        name: 'first',
        quota_scope_id: `user:${m.user.uuid}`,
        host: HOST,
        usage_mode: 'general',
        permission: 'rw',
        max_size: 10,
        creator: m.user.email,
        ownership_type: 'user',
        user: m.user.uuid,
        group: null,
        cloneable: false,
        status: 'ready',
      },
    ])
    const seen = await m.call(m.user, 'GET', '/folders/first')
    expect(seen.json).toMatchObject({
      name: 'first',
      id: made.json.id,
      is_owner: true,
      permission: 'rw',
      status: 'ready',
      numFiles: 0,
      used_bytes: 0,
      type: 'user',
      user: m.user.uuid,
      group: 'None',
      user_email: m.user.email,
      group_name: null,
      cloneable: false,
      usage_mode: 'general',
      host: HOST,
    })
    for (const id of [String(made.json.id), uuidOf(String(made.json.id))])
      expect((await m.call(m.user, 'GET', `/folders/${id}`)).json.name).toBe('first')
    expect((await m.call(m.user, 'GET', '/folders/_/id?name=first')).json.id).toBe(made.json.id)
    const listed = (await m.call(m.user, 'GET', '/folders', { all: false })).json as unknown as object[]
    expect(listed.find((one) => 'name' in one && one.name === 'first')).toMatchObject({
      is_owner: true,
      user_email: m.user.email,
      group_name: null,
      ownership_type: 'user',
    })
    for (const who of [m.friend, m.head, m.stranger, m.admin])
      expect((await m.call(who, 'GET', `/folders/${made.json.id}`)).status).toBe(404)
  })

  test('its name follows the rules, and is taken once', async () => {
    for (const name of [
      'a/b',
      '..',
      ' x',
      'x:y',
      '.bashrc',
      '.jupyter',
      '_',
      'x'.repeat(65),
      randomUUID(),
      'a\u0001',
    ])
      expect([name, ...failed(await m.call(m.user, 'POST', '/folders', { name }))]).toEqual([
        name,
        400,
        'invalid-api-params',
      ])
    for (const name of ['My Data', '데이터', '.ssh', '.local', 'a_b-c.d'])
      expect([name, (await m.call(m.friend, 'POST', '/folders', { name })).status]).toEqual([name, 201])
    expect(failed(await m.call(m.friend, 'POST', '/folders', { name: 'My Data' }))).toEqual([
      400,
      'vfolder-already-exists',
    ])
    const both = await Promise.all(
      [1, 2, 3].map(() => m.call(m.friend, 'POST', '/folders', { name: 'race' })),
    )
    expect(both.map(({ status }) => status).toSorted()).toEqual([201, 400, 400])
  })

  test('is not made for somebody who was purged meanwhile', async () => {
    const purged = randomUUID()
    const context = { ports: m.ports, newId: () => randomUUID(), tasks: { start: async () => '' } }
    const requester = {
      accessKey: m.user.accessKey,
      userUuid: purged,
      email: 'purged@default',
      role: 'user' as const,
      domainName: 'default',
      isAdmin: false,
      isSuperadmin: false,
      resourcePolicy: 'default',
      rateLimit: 1,
    }
    const input = {
      name: 'orphan',
      host: null,
      group: null,
      usageMode: 'general' as const,
      permission: 'rw' as const,
      unmanagedPath: null,
      cloneable: false,
      quota: null,
    }
    const failure = await createFolder(context, requester, input).catch((error: unknown) => error)
    expect(failure).toMatchObject({ kind: 'object-not-found' })
    const { vfolders } = m.ports.store.tables
    expect(await m.ports.store.db.select().from(vfolders).where(eq(vfolders.user, purged))).toEqual([])
  })

  test('needs a host where that is allowed, and a number of folders that is', async () => {
    const on = (host: string) => m.call(m.user, 'POST', '/folders', { name: 'elsewhere', host })
    expect(failed(await on('local:other'))).toEqual([400, 'invalid-api-params'])
    expect(failed(await on('nowhere:volume1'))).toEqual([400, 'invalid-api-params'])
    const { userResourcePolicies: policies } = m.ports.store.tables
    await m.ports.store.tx((tx) => tx.update(policies).set({ maxVfolderCount: 1 }))
    expect(failed(await m.call(m.user, 'POST', '/folders', { name: 'one-too-many' }))).toEqual([
      406,
      'over-limit',
    ])
    await m.ports.store.tx((tx) => tx.update(policies).set({ maxVfolderCount: 0 }))
    const unmanaged = { name: 'host-path', unmanaged_path: '/srv/data' }
    expect((await m.call(m.user, 'POST', '/folders', unmanaged)).status).toBe(403)
    expect((await m.call(m.head, 'POST', '/folders', unmanaged)).status).toBe(403)
    expect((await m.call(m.admin, 'POST', '/folders', unmanaged)).json).toMatchObject({ host: '' })
    expect(failed(await m.call(m.admin, 'GET', '/folders/host-path/files'))).toEqual([
      400,
      'vfolder-operation-failed',
    ])
    expect((await m.call(m.admin, 'DELETE', '/folders/host-path')).status).toBe(204)
  })

  test('is renamed and changed by its owner', async () => {
    const { name, id } = await m.make(m.user)
    expect((await m.call(m.user, 'POST', `/folders/${name}/rename`, { new_name: `${name}-2` })).status).toBe(
      201,
    )
    expect((await m.call(m.user, 'GET', `/folders/${name}`)).status).toBe(404)
    const taken = await m.make(m.user)
    const again = await m.call(m.user, 'POST', `/folders/${id}/rename`, { new_name: taken.name })
    expect(failed(again)).toEqual([400, 'vfolder-already-exists'])
    const options = { cloneable: true, permission: 'ro' }
    expect((await m.call(m.user, 'POST', `/folders/${id}/update-options`, options)).status).toBe(201)
    expect((await m.call(m.user, 'GET', `/folders/${id}`)).json).toMatchObject(options)
    const nothing = { cloneable: null, permission: null }
    expect((await m.call(m.user, 'POST', `/folders/${id}/update-options`, nothing)).status).toBe(201)
  })

  test('goes to the trash, whose contents stay a week; its name is free at once', async () => {
    const { name, id } = await m.make(m.user)
    await m.call(m.user, 'POST', `/folders/${name}/mkdir`, { path: 'kept' })
    const path = await m.ports.storage.mountPath({ host: HOST, vfid: `user:${m.user.uuid}/${id}` }, 'kept')
    expect((await m.call(m.user, 'DELETE', `/folders/${name}`)).status).toBe(204)
    expect((await m.call(m.user, 'DELETE', `/folders/${name}`)).status).toBe(404)
    expect((await rowOf(id))?.status).toBe('delete-pending')
    expect(names(await m.call(m.user, 'GET', '/folders'))).not.toContain(name)
    const second = await m.call(m.user, 'POST', '/folders', { name })
    expect(second.status).toBe(201)
    const restore = () => m.call(m.user, 'POST', '/folders/restore-from-trash-bin', { id })
    expect(failed(await restore())).toEqual([400, 'vfolder-already-exists'])
    await m.call(m.user, 'POST', `/folders/${second.json.id}/rename`, { new_name: `${name}-2` })
    const { userResourcePolicies: policies } = m.ports.store.tables
    await m.ports.store.tx((tx) => tx.update(policies).set({ maxVfolderCount: 1 }))
    expect(failed(await restore())).toEqual([406, 'over-limit'])
    await m.ports.store.tx((tx) => tx.update(policies).set({ maxVfolderCount: 0 }))
    expect((await restore()).status).toBe(204)
    expect(names(await m.call(m.user, 'GET', '/folders'))).toContain(name)

    await m.call(m.user, 'DELETE', `/folders/${name}`)
    const later = (days: number) => ({ ...m.ports.clock, now: () => m.ports.clock.now() + days * 86_400_000 })
    await tendFolders({ ...m.ports, clock: later(6) }, 'test')
    expect((await rowOf(id))?.status).toBe('delete-pending')
    await tendFolders({ ...m.ports, clock: later(8) }, 'test')
    expect((await rowOf(id))?.status).toBe('delete-complete')
    expect(() => readFileSync(path)).toThrow('ENOENT')
    expect((await m.call(m.user, 'POST', '/folders/purge', { id })).status).toBe(204)
    expect(await rowOf(id)).toBeUndefined()

    const other = await m.make(m.user)
    await m.call(m.user, 'DELETE', `/folders/${other.name}`)
    expect((await m.call(m.friend, 'POST', '/folders/purge', { id: other.id })).status).toBe(404)
    expect((await m.call(m.user, 'POST', '/folders/delete-from-trash-bin', { id: other.id })).status).toBe(
      204,
    )
    await until(async () => (await rowOf(other.id))?.status === 'delete-complete')
  })

  test('superadmins delete any by id', async () => {
    const { id } = await m.make(m.user)
    expect((await m.call(m.admin, 'DELETE', '/folders', { id })).status).toBe(204)
    expect((await rowOf(id))?.status).toBe('delete-pending')
  })

  test('superadmins list everybody’s, administrators ask in the name of their users', async () => {
    const { name } = await m.make(m.friend)
    expect(names(await m.call(m.admin, 'GET', '/folders', { all: true }))).toContain(name)
    expect((await m.call(m.user, 'GET', '/folders', { all: true })).status).toBe(403)
    const asked = `/folders?owner_user_email=${encodeURIComponent(m.friend.email)}`
    expect(names(await m.call(m.head, 'GET', asked))).toContain(name)
    expect((await m.call(m.user, 'GET', asked)).status).toBe(403)
    const outside = `/folders?owner_user_email=${encodeURIComponent(m.stranger.email)}`
    expect((await m.call(m.head, 'GET', outside)).status).toBe(404)
    expect((await m.call(m.user, 'GET', '/folders?group_id=nothing')).status).toBe(404)
  })
})

describe('clones', () => {
  test('are copied in the background', async () => {
    const source = await m.make(m.user, { cloneable: true })
    await m.call(m.user, 'POST', `/folders/${source.name}/mkdir`, { path: 'a/b', parents: true })
    const target_name = `${source.name}-clone`
    const body = { target_name, target_host: HOST, usage_mode: 'general', permission: 'rw' }
    const cloned = await m.call(m.user, 'POST', `/folders/${source.name}/clone`, body)
    expect(cloned.status).toBe(201)
    expect(cloned.json).toMatchObject({ name: target_name, bgtask_id: expect.any(String), user: m.user.uuid })
    await until(async () => (await rowOf(String(cloned.json.id)))?.status === 'ready')
    await until(async () => (await rowOf(source.id))?.status === 'ready')
    const files = await m.call(m.user, 'GET', `/folders/${target_name}/files`, { path: 'a' })
    expect(files.json.items).toMatchObject([{ name: 'b' }])
    expect(failed(await m.call(m.user, 'POST', `/folders/${source.name}/clone`, body))).toEqual([
      400,
      'vfolder-already-exists',
    ])
    const other = { ...body, target_name: 'c', target_host: 'local:other' }
    expect((await m.call(m.user, 'POST', `/folders/${source.name}/clone`, other)).status).toBe(400)
    const closed = await m.make(m.user)
    expect((await m.call(m.user, 'POST', `/folders/${closed.name}/clone`, body)).status).toBe(403)
  })

  test('that a manager died over are taken back', async () => {
    const source = await m.make(m.user)
    const target = await m.make(m.user)
    const { vfolders: f } = m.ports.store.tables
    const set = (id: string, status: string) =>
      m.ports.store.tx((tx) =>
        tx
          .update(f)
          .set({ status })
          .where(eq(f.id, uuidOf(id))),
      )
    await set(source.id, 'cloning')
    await set(target.id, 'performing')
    expect(failed(await m.call(m.user, 'POST', `/folders/${source.name}/mkdir`, { path: 'a' }))).toEqual([
      400,
      'vfolder-operation-failed',
    ])
    await tendFolders(m.ports, 'test')
    expect((await rowOf(source.id))?.status).toBe('ready')
    expect(await rowOf(target.id)).toBeUndefined()
  })
})

describe('ownership', () => {
  test('goes to another user', async () => {
    const { id, name } = await m.make(m.user)
    const change = (user_email: string) =>
      m.call(m.admin, 'POST', '/folders/_/change-ownership', { vfolder: id, user_email })
    expect((await change('nobody@default')).status).toBe(404)
    expect((await change(m.friend.email)).json).toEqual({})
    expect((await m.call(m.user, 'GET', `/folders/${name}`)).status).toBe(404)
    expect((await m.call(m.friend, 'GET', `/folders/${name}`)).json).toMatchObject({ is_owner: true })
    const project = await m.make(m.boss, { group: 'default' })
    const wrong = { vfolder: project.id, user_email: m.friend.email }
    expect((await m.call(m.admin, 'POST', '/folders/_/change-ownership', wrong)).status).toBe(400)
  })
})
