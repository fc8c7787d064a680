import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { eq } from 'drizzle-orm'
import { methodsOf } from '../../../../src/manager/api/route-table.ts'
import { tendFolders } from '../../../../src/manager/services/folders/tend-folders.ts'
import { until } from '../../../harness/until.ts'
import { failed, startFolderManager } from './folder-manager.ts'

let m: Awaited<ReturnType<typeof startFolderManager>>
beforeAll(async () => {
  m = await startFolderManager()
})
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

describe('every route', () => {
  /** Parameters that would be right if only the caller, the folder or the time were. */
  const BODIES: Record<string, object> = {
    'POST /folders': { name: 'x', host: HOST },
    'DELETE /folders': { id: randomUUID() },
    'GET /folders/_/id': { name: 'missing' },
    '/clone': { target_name: 'clone' },
    '/rename': { new_name: 'other' },
    '/update-options': { cloneable: true },
    '/mkdir': { path: 'a' },
    '/rename-file': { target_path: 'a', new_name: 'b' },
    '/rename_file': { target_path: 'a', new_name: 'b' },
    '/move-file': { src: 'a', dst: 'b' },
    '/delete-files': { files: ['a'] },
    '/delete_files': { files: ['a'] },
    '/files': { path: '.' },
    '/request-upload': { path: 'a', size: 1 },
    '/request-download': { path: 'a' },
    '/invite': { perm: 'rw', emails: ['friend@default'] },
    '/share': { permission: 'rw', emails: ['friend@default'] },
    '/unshare': { emails: ['friend@default'] },
    '/leave': {},
    '/accept': { inv_id: randomUUID() },
    'DELETE /folders/invitations/delete': { inv_id: randomUUID() },
    '/update/:invitation': { perm: 'ro' },
    'POST /folders/_/shared': { vfolder: randomUUID(), user: randomUUID(), perm: 'ro' },
    '/change-ownership': { vfolder: randomUUID(), user_email: 'friend@default' },
    '/perf-metric': { folder_host: 'nowhere:volume1' },
    '/usage': { folder_host: HOST, id: randomUUID() },
    '/used-bytes': { folder_host: HOST, id: randomUUID() },
    'GET /folders/_/quota': { folder_host: HOST, id: randomUUID() },
    'POST /folders/_/quota': { folder_host: HOST, id: randomUUID(), input: { size_bytes: 10 } },
    '/restore-from-trash-bin': { id: randomUUID() },
    '/delete-from-trash-bin': { id: randomUUID() },
    '/purge': { id: randomUUID() },
    'POST /folders/_/mounts': { name: 'nas', fs_location: 'nas:/share' },
    'DELETE /folders/_/mounts': { name: 'nas' },
  }
  /** What these need is not there. */
  const MISSING: Record<string, number> = { '/perf-metric': 400 }
  const bodyOf = (name: string) =>
    BODIES[name] ?? Object.entries(BODIES).find(([end]) => end.startsWith('/') && name.endsWith(end))?.[1]
  const all = () =>
    m.routes.flatMap((route) =>
      methodsOf(route).map((method) => ({
        route,
        method,
        name: `${method} ${route.path}`,
        path: route.path.replace(':folder', 'missing').replace(':invitation', randomUUID()),
      })),
    )

  test('needs a signature', async () => {
    for (const { name, method, path } of all())
      expect([name, ...failed(await m.call(null, method, path, bodyOf(name)))]).toEqual([
        name,
        401,
        'auth-failed',
      ])
  })

  test('that is for superadmins is for them alone', async () => {
    const theirs = all().filter(({ route }) => route.auth === 'superadmin')
    expect(theirs.length).toBeGreaterThan(5)
    for (const { name, method, path } of theirs)
      for (const who of [m.user, m.head])
        expect([name, (await m.call(who, method, path, bodyOf(name))).status]).toEqual([name, 403])
  })

  test('says that there is no such folder, invitation or user', async () => {
    for (const { name, method, path } of all()) {
      const body = bodyOf(name)
      if ((!body && !path.includes('missing')) || name === 'POST /folders' || path === '/folders/_/mounts')
        continue
      const got = await m.call(m.admin, method, path, body)
      const expected = MISSING[Object.keys(MISSING).find((end) => name.endsWith(end)) ?? ''] ?? 404
      expect([name, got.status]).toEqual([name, expected])
      expect(got.json).toMatchObject({ type: expect.any(String), title: expect.any(String) })
    }
  })

  test('refuses missing parameters, and those of a wrong type', async () => {
    const folder = await m.make(m.user)
    for (const { name, method, path, route } of all()) {
      const body = bodyOf(name)
      if (!body || Object.keys(body).length === 0) continue
      const at = path.replace('missing', folder.name)
      const required = Object.keys(body).filter((key) => !['host', 'cloneable', 'perm', 'path'].includes(key))
      if (required.length > 0 && !route.path.endsWith('/files') && !route.path.endsWith('/update-options'))
        expect([name, ...failed(await m.call(m.admin, method, at, {}))]).toEqual([
          name,
          400,
          'invalid-api-params',
        ])
      for (const key of Object.keys(body)) {
        const wrong = { ...body, [key]: { of: 'a wrong type' } }
        const got = await m.call(m.admin, method, at, wrong)
        expect([name, key, ...failed(got)]).toEqual([name, key, 400, 'invalid-api-params'])
        expect(Object.keys(Object(got.json.data))[0]).toMatch(/./)
      }
      const malformed = await m.call(m.admin, method, at, undefined, { rawBody: '{"a":' })
      expect([name, ...failed(malformed)]).toEqual([name, 400, 'invalid-api-params'])
    }
  })

  test('that changes something waits while the manager is frozen; what only reads does not', async () => {
    await m.ports.config.set('manager/status', 'frozen')
    const folder = await m.make(m.user).catch((error: unknown) => String(error))
    expect(folder).toContain('503')
    await until(async () => (await m.call(m.user, 'POST', '/folders', { name: 'frozen' })).status === 503)
    for (const { name, method, path } of all()) {
      const got = await m.call(m.admin, method, path, bodyOf(name))
      const reads = method === 'GET' || path.endsWith('/request-download')
      expect([name, got.status === 503]).toEqual([name, !reads])
      if (!reads) expect(got.json.error_code).toBe('server-frozen')
    }
    await m.ports.config.set('manager/status', 'running')
    await until(async () => (await m.call(m.user, 'DELETE', '/folders/missing')).status === 404)
  })
})

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
    expect((await rowOf(other.id))?.status).toBe('delete-complete')
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

describe('files', () => {
  test('come by way of the storage proxy', async () => {
    const { name } = await m.make(m.user)
    const at = (end: string) => `/folders/${name}/${end}`
    const size = Buffer.byteLength('content')
    const ticket = (await m.call(m.user, 'POST', at('request-upload'), { path: 'd/file', size })).json
    expect(ticket).toEqual({ token: expect.any(String), url: `${m.storage.clientUrl}/upload` })
    const headers = { 'upload-offset': '0', 'tus-resumable': '1.0.0' }
    const upload = { method: 'PATCH', headers, body: 'content' }
    expect((await fetch(`${ticket.url}?token=${ticket.token}`, upload)).status).toBe(204)

    const listed = (await m.call(m.user, 'GET', at('files'), { path: 'd' })).json
    expect(listed).toMatchObject({
      items: [{ name: 'file', type: 'FILE', size, mode: '666', created: expect.any(String) }],
      folder_path: 'd',
      errors: '',
    })
    expect(JSON.parse(String(listed.files))).toMatchObject([
      { filename: 'file', size, mode: '-rw-rw-rw-', mtime: expect.any(Number) },
    ])
    expect((await m.call(m.user, 'GET', `${at('files')}?path=nothing`)).status).toBe(404)
    expect((await m.call(m.user, 'GET', `${at('files')}?path=../..`)).status).toBe(400)

    const down = (await m.call(m.user, 'POST', at('request-download'), { path: 'd/file' })).json
    expect(await (await fetch(`${down.url}?token=${down.token}`)).text()).toBe('content')
    expect((await m.call(m.user, 'GET', `/folders/${name}`)).json).toMatchObject({
      numFiles: 1,
      used_bytes: size,
    })

    const mkdir = (body: object) => m.call(m.user, 'POST', at('mkdir'), body)
    expect((await mkdir({ path: 'a', parents: false, exist_ok: false })).status).toBe(201)
    expect(failed(await mkdir({ path: 'a' }))).toEqual([400, 'vfolder-operation-failed'])
    expect((await mkdir({ path: ['a', 'b/c'], parents: true, exist_ok: true })).status).toBe(201)
    const rename = { target_path: 'd/file', new_name: 'g' }
    expect((await m.call(m.user, 'POST', at('rename-file'), rename)).json).toEqual({})
    expect(
      (await m.call(m.user, 'POST', at('rename_file'), { target_path: 'd/g', new_name: 'h' })).status,
    ).toBe(200)
    const move = { src: 'd/h', dst: 'b/c' }
    expect((await m.call(m.user, 'POST', at('move-file'), move)).json).toEqual({})
    expect((await m.call(m.user, 'POST', at('move-file'), move)).status).toBe(404)
    const remove = (files: unknown, recursive: boolean, spelling = 'delete-files') =>
      m.call(m.user, 'DELETE', at(spelling), { files, recursive })
    expect(failed(await remove(['b'], false))).toEqual([400, 'vfolder-operation-failed'])
    expect((await remove(['b/c/h'], false)).json).toEqual({})
    expect((await remove(['a', 'b'], true, 'delete_files')).status).toBe(200)
    expect((await m.call(m.user, 'DELETE', `${at('delete-files')}?files=d&recursive=true`)).status).toBe(200)
    expect((await m.call(m.user, 'GET', at('files'))).json.items).toEqual([])
    const huge = { path: 'huge', size: 1001 }
    expect(failed(await m.call(m.user, 'POST', at('request-upload'), huge))).toEqual([406, 'over-limit'])
  })
})

describe('invitations', () => {
  const inviteTo = (folder: string, perm: string, who = m.friend) =>
    m.call(m.user, 'POST', `/folders/${folder}/invite`, { perm, user_ids: [who.email] })
  const received = async (who = m.friend) =>
    (await m.call(who, 'GET', '/folders/invitations/list')).json.invitations as Record<string, string>[]

  test('are sent, changed, accepted; the guest may then do what was granted, and leaves', async () => {
    const { name, id } = await m.make(m.user)
    const invited = await inviteTo(name, 'rw')
    expect([invited.status, invited.json]).toEqual([201, { invited_ids: [m.friend.email] }])
    expect((await inviteTo(name, 'rw')).json).toEqual({ invited_ids: [] })
    const [first] = await received()
    expect(first).toMatchObject({
      inviter: m.user.email,
      invitee: m.friend.email,
      vfolder_name: name,
      vfolder_id: uuidOf(id),
      perm: 'rw',
      state: 'pending',
    })
    for (const spelling of ['list-sent', 'list_sent']) {
      const sent = await m.call(m.user, 'GET', `/folders/invitations/${spelling}`)
      expect(sent.json.invitations).toMatchObject([{ id: first?.id, invitee: m.friend.email }])
    }
    const update = (who: typeof m.friend | typeof m.user) =>
      m.call(who, 'POST', `/folders/invitations/update/${first?.id}`, { perm: 'ro' })
    expect((await update(m.friend)).status).toBe(404)
    expect((await update(m.user)).json).toEqual({ msg: expect.stringContaining('ro') })
    const accept = (who: typeof m.friend) =>
      m.call(who, 'POST', '/folders/invitations/accept', { inv_id: first?.id })
    expect((await accept(m.boss)).status).toBe(404)
    expect((await accept(m.friend)).json).toEqual({})
    expect((await accept(m.friend)).status).toBe(404)

    expect((await m.call(m.friend, 'GET', `/folders/${name}`)).json).toMatchObject({
      is_owner: false,
      permission: 'ro',
    })
    expect((await m.call(m.friend, 'GET', `/folders/${name}/files`)).status).toBe(200)
    for (const [method, end, body] of [
      ['POST', 'mkdir', { path: 'a' }],
      ['POST', 'request-upload', { path: 'a', size: 1 }],
      ['DELETE', 'delete-files', { files: ['a'] }],
      ['POST', 'rename', { new_name: 'mine' }],
      ['POST', 'invite', { perm: 'ro', emails: [m.boss.email] }],
    ] as const)
      expect([end, (await m.call(m.friend, method, `/folders/${name}/${end}`, body)).status]).toEqual([
        end,
        404,
      ])
    expect((await m.call(m.friend, 'DELETE', `/folders/${name}`)).status).toBe(404)

    const shared = (await m.call(m.user, 'GET', '/folders/_/shared', { vfolder_id: id })).json.shared
    expect(shared).toMatchObject([
      {
        vfolder_name: name,
        shared_by: m.user.email,
        shared_to: { uuid: m.friend.uuid, email: m.friend.email },
        perm: 'ro',
        type: 'user',
        status: 'ready',
      },
    ])
    expect((await m.call(m.friend, 'GET', '/folders/_/shared', { vfolder_id: id })).json.shared).toEqual([])
    expect((await m.call(m.admin, 'GET', '/folders/_/shared', { vfolder_id: id })).json.shared).toHaveLength(
      1,
    )
    const grant = { vfolder: id, user: m.friend.uuid, perm: 'rw' }
    expect((await m.call(m.friend, 'POST', '/folders/_/shared', grant)).status).toBe(404)
    expect((await m.call(m.user, 'POST', '/folders/_/shared', grant)).status).toBe(200)
    expect((await m.call(m.friend, 'POST', `/folders/${name}/mkdir`, { path: 'a' })).status).toBe(201)

    expect((await m.call(m.user, 'POST', `/folders/${name}/leave`, {})).status).toBe(400)
    const left = await m.call(m.friend, 'POST', `/folders/${name}/leave`, { shared_user_uuid: null })
    expect([left.status, left.json]).toEqual([200, { msg: expect.stringContaining(name) }])
    expect((await m.call(m.friend, 'GET', `/folders/${name}`)).status).toBe(404)
  })

  test('the owner ends a share in two ways', async () => {
    for (const end of [
      (id: string) =>
        m.call(m.user, 'POST', '/folders/_/shared', { vfolder: id, user: m.friend.uuid, perm: null }),
      (id: string) => m.call(m.user, 'POST', `/folders/${id}/leave`, { shared_user_uuid: m.friend.uuid }),
    ]) {
      const { name, id } = await m.make(m.user)
      await inviteTo(name, 'wd')
      const open = (await received()).find((one) => one.vfolder_name === name)
      await m.call(m.friend, 'POST', '/folders/invitations/accept', { inv_id: open?.id })
      expect((await m.call(m.friend, 'GET', `/folders/${id}`)).status).toBe(200)
      expect((await end(id)).status).toBe(200)
      expect((await m.call(m.friend, 'GET', `/folders/${id}`)).status).toBe(404)
      expect((await end(id)).status).toBe(404)
    }
  })

  test('are declined, taken back, and end with the folder', async () => {
    const { name } = await m.make(m.user)
    for (const [who, word] of [
      [m.friend, 'declined'],
      [m.user, 'cancelled'],
    ] as const) {
      await inviteTo(name, 'rw')
      const open = (await received()).find((one) => one.vfolder_name === name)
      const drop = (one: typeof m.friend | typeof m.user) =>
        m.call(one, 'DELETE', '/folders/invitations/delete', { inv_id: open?.id })
      expect((await drop(m.boss)).status).toBe(404)
      expect((await drop(who)).json.msg).toContain(word)
    }
    await inviteTo(name, 'rw')
    await m.call(m.user, 'DELETE', `/folders/${name}`)
    expect((await received()).some((one) => one.vfolder_name === name)).toBe(false)
  })

  test('reach users of the domain only, and no folder that is mounted everywhere', async () => {
    const { name } = await m.make(m.user)
    expect(failed(await inviteTo(name, 'rw', m.stranger))).toEqual([400, 'invalid-api-params'])
    expect(failed(await inviteTo(name, 'rw', { ...m.friend, email: m.user.email }))).toEqual([
      400,
      'invalid-api-params',
    ])
    expect((await m.call(m.user, 'POST', `/folders/${name}/invite`, { perm: 'rw', emails: [] })).status).toBe(
      400,
    )
    await m.call(m.user, 'POST', '/folders', { name: '.config' })
    expect((await inviteTo('.config', 'rw')).status).toBe(403)
  })

  test('are not accepted where the name is taken', async () => {
    const { name } = await m.make(m.user)
    await m.call(m.friend, 'POST', '/folders', { name })
    await inviteTo(name, 'rw')
    const open = (await received()).find((one) => one.vfolder_name === name)
    const got = await m.call(m.friend, 'POST', '/folders/invitations/accept', { inv_id: open?.id })
    expect(failed(got)).toEqual([400, 'vfolder-already-exists'])
  })
})

describe('folders of a project', () => {
  test('are made by its administrators, and used by its members as they allow', async () => {
    const body = { group: 'default', permission: 'ro' }
    expect(await m.make(m.user, body).catch((error: unknown) => String(error))).toContain('403')
    for (const who of [m.boss, m.head, m.admin]) {
      const { name, id } = await m.make(who, body)
      expect((await m.call(who, 'GET', `/folders/${name}`)).json).toMatchObject({
        is_owner: true,
        type: 'group',
        group: m.projectId,
        user: 'None',
      })
      expect((await m.call(m.user, 'GET', `/folders/${name}`)).json).toMatchObject({
        is_owner: false,
        permission: 'ro',
      })
      expect((await m.call(m.user, 'POST', `/folders/${name}/mkdir`, { path: 'a' })).status).toBe(404)
      expect((await m.call(m.stranger, 'GET', `/folders/${id}`)).status).toBe(404)
      expect((await m.call(m.user, 'POST', `/folders/${name}/leave`, {})).status).toBe(400)
      expect((await m.call(m.user, 'DELETE', `/folders/${name}`)).status).toBe(404)
    }
    expect(await m.make(m.boss, { group: m.projectId, host: HOST })).toBeTruthy()
    expect(await m.make(m.boss, { group: 'none' }).catch((error: unknown) => String(error))).toContain('404')
    expect(names(await m.call(m.user, 'GET', `/folders?group_id=${m.projectId}`)).length).toBeGreaterThan(3)
  })

  test('are shared with single members, and unshared', async () => {
    const { name } = await m.make(m.boss, { group: 'default', permission: 'ro' })
    const share = (who: typeof m.boss | typeof m.user, emails: string[]) =>
      m.call(who, 'POST', `/folders/${name}/share`, { permission: 'rw', emails })
    expect(failed(await share(m.user, [m.friend.email]))).toEqual([403, 'insufficient-privilege'])
    expect((await share(m.boss, [])).status).toBe(400)
    expect((await share(m.boss, [m.stranger.email])).status).toBe(404)
    const shared = await share(m.boss, [m.user.email, m.stranger.email])
    expect([shared.status, shared.json]).toEqual([201, { shared_emails: [m.user.email] }])
    expect((await m.call(m.user, 'POST', `/folders/${name}/mkdir`, { path: 'a' })).status).toBe(201)
    expect((await m.call(m.friend, 'POST', `/folders/${name}/mkdir`, { path: 'b' })).status).toBe(404)
    const unshare = () => m.call(m.boss, 'DELETE', `/folders/${name}/unshare`, { emails: [m.user.email] })
    expect((await unshare()).json).toEqual({ unshared_emails: [m.user.email] })
    expect((await unshare()).status).toBe(404)
    expect((await m.call(m.user, 'POST', `/folders/${name}/mkdir`, { path: 'c' })).status).toBe(404)
    const own = await m.make(m.user)
    const wrong = { permission: 'rw', emails: [m.friend.email] }
    expect((await m.call(m.user, 'POST', `/folders/${own.name}/share`, wrong)).status).toBe(403)
    const bosses = await m.make(m.boss)
    expect((await m.call(m.boss, 'POST', `/folders/${bosses.name}/share`, wrong)).status).toBe(400)
    const query = `/folders/${name}/unshare?emails=${encodeURIComponent(m.user.email)}`
    await share(m.boss, [m.user.email])
    expect((await m.call(m.boss, 'DELETE', query)).status).toBe(200)
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

describe('hosts', () => {
  test('that one may use, and all', async () => {
    const usable = (await m.call(m.user, 'GET', '/folders/_/hosts')).json
    expect(usable).toMatchObject({
      default: HOST,
      allowed: [HOST],
      volume_info: {
        [HOST]: { backend: 'vfs', capabilities: ['vfolder'], usage: { percentage: expect.any(Number) } },
      },
    })
    expect((await m.call(m.user, 'GET', `/folders/_/hosts?group_id=${m.projectId}`)).json.allowed).toEqual([
      HOST,
    ])
    expect((await m.call(m.user, 'GET', `/folders/_/hosts?group_id=${randomUUID()}`)).status).toBe(404)
    for (const path of ['all-hosts', 'all_hosts'])
      expect((await m.call(m.admin, 'GET', `/folders/_/${path}`)).json).toEqual({
        default: HOST,
        allowed: [HOST],
      })
    for (const path of ['allowed-types', 'allowed_types'])
      expect((await m.call(m.user, 'GET', `/folders/_/${path}`)).json as unknown).toEqual(['group', 'user'])
    const metric = (await m.call(m.admin, 'GET', '/folders/_/perf-metric', { folder_host: HOST })).json.metric
    expect(metric).toMatchObject({ iops_read: expect.any(Number) })
  })

  test('usage and quota of a folder', async () => {
    const { id } = await m.make(m.user)
    const at = { folder_host: HOST, id }
    expect((await m.call(m.admin, 'GET', '/folders/_/usage', at)).json).toEqual({
      file_count: 0,
      used_bytes: 0,
    })
    expect((await m.call(m.admin, 'GET', '/folders/_/used-bytes', at)).json).toEqual({ used_bytes: 0 })
    const quota = { size_bytes: null, limit_bytes: null, used_bytes: null }
    expect((await m.call(m.user, 'GET', '/folders/_/quota', at)).json).toEqual(quota)
    expect((await m.call(m.friend, 'GET', '/folders/_/quota', at)).status).toBe(404)
    const write = (who: typeof m.user | typeof m.friend, size_bytes: number) =>
      m.call(who, 'POST', '/folders/_/quota', { ...at, input: { size_bytes } })
    expect((await write(m.user, 10)).json).toEqual({ size_bytes: 10 })
    expect((await write(m.friend, 10)).status).toBe(404)
    const { userResourcePolicies: policies } = m.ports.store.tables
    await m.ports.store.tx((tx) => tx.update(policies).set({ maxQuotaScopeSize: 5 }))
    expect(failed(await write(m.user, 10))).toEqual([406, 'over-limit'])
    await m.ports.store.tx((tx) => tx.update(policies).set({ maxQuotaScopeSize: -1 }))
  })

  test('permissions of a host are granted by domain, project and policy, each alone', async () => {
    const { domains, groups, keypairResourcePolicies: policies } = m.ports.store.tables
    const { name } = await m.make(m.user)
    const upload = async () =>
      (await m.call(m.user, 'POST', `/folders/${name}/request-upload`, { path: 'a', size: 1 })).status
    const grants = { [HOST]: ['upload-file'] }
    const tables = [domains, groups, policies] as const
    const saved = await Promise.all(
      tables.map(
        async (table) => (await m.ports.store.db.select().from(table))[0]?.allowedVfolderHosts ?? {},
      ),
    )
    const setAll = (values: readonly Record<string, string[]>[]) =>
      m.ports.store.tx(async (tx) => {
        for (const [index, table] of tables.entries())
          await tx.update(table).set({ allowedVfolderHosts: values[index] ?? {} })
      })
    await setAll([])
    expect(await upload()).toBe(400)
    for (const index of tables.keys()) {
      await setAll(tables.map((_, place) => (place === index ? grants : {})))
      expect(await upload()).toBe(200)
    }
    for (const [method, end, body] of [
      ['POST', 'request-download', { path: 'a' }],
      ['POST', 'rename', { new_name: 'other' }],
      ['POST', 'move-file', { src: 'a', dst: 'b' }],
      ['POST', 'invite', { perm: 'ro', emails: [m.friend.email] }],
    ] as const)
      expect((await m.call(m.user, method, `/folders/${name}/${end}`, body)).status).toBe(400)
    expect((await m.call(m.user, 'DELETE', `/folders/${name}`)).status).toBe(400)
    expect((await m.call(m.user, 'POST', '/folders', { name: 'refused' })).status).toBe(400)
    await setAll(saved)
  })

  test('that do not answer are said to', async () => {
    const { name } = await m.make(m.user)
    const address = (await m.ports.config.get('volumes/proxies/local/manager_api')) ?? ''
    await m.ports.config.set('volumes/proxies/local/manager_api', 'http://127.0.0.1:1')
    expect(failed(await m.call(m.user, 'GET', `/folders/${name}/files`))).toEqual([
      503,
      'service-unavailable',
    ])
    expect((await m.call(m.user, 'GET', '/folders/_/hosts')).json).toMatchObject({
      default: null,
      allowed: [],
    })
    expect((await m.call(m.user, 'GET', `/folders/${name}`)).status).toBe(200)
    await m.ports.config.set('volumes/proxies/local/manager_api', address)
    await m.ports.config.set('volumes/proxies/local/secret', 'wrong')
    expect(failed(await m.call(m.user, 'GET', `/folders/${name}/files`))).toEqual([
      500,
      'storage-proxy-error',
    ])
    await m.ports.config.set('volumes/proxies/local/secret', 'right')
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
