import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { identityContext } from '../../../../src/manager/services/identity/context.ts'
import { modifyUser } from '../../../../src/manager/services/identity/modify-user.ts'
import { failed, startFolderManager } from './folder-manager.ts'

let m: Awaited<ReturnType<typeof startFolderManager>>
beforeAll(async () => {
  m = await startFolderManager()
}, 60_000)
afterAll(() => m[Symbol.asyncDispose]())

const HOST = 'local:volume1'
const uuidOf = (hex: string) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
const names = (got: { json: unknown }) => (got.json as { name: string }[]).map(({ name }) => name)

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

  test('end, with what was accepted, when a guest moves to another domain', async () => {
    const [given, open] = [await m.make(m.user), await m.make(m.user)]
    const [back, other] = [await m.make(m.friend), await m.make(m.user)]
    await inviteTo(given.name, 'rw')
    const [invitation] = await received()
    await m.call(m.friend, 'POST', '/folders/invitations/accept', { inv_id: invitation?.id })
    await inviteTo(open.name, 'rw')
    await m.call(m.friend, 'POST', `/folders/${back.name}/invite`, { perm: 'ro', user_ids: [m.user.email] })
    await inviteTo(other.name, 'ro', m.boss)
    const { users } = m.ports.store.tables
    const [admin] = await m.ports.store.db.select().from(users).where(eq(users.email, m.admin.email))
    if (!admin) throw new Error('no administrator')
    const requester = {
      accessKey: m.admin.accessKey,
      userUuid: admin.uuid,
      email: admin.email,
      role: 'superadmin' as const,
      domainName: 'default',
      isAdmin: true,
      isSuperadmin: true,
      resourcePolicy: 'default',
      rateLimit: 1,
    }
    const move = (domain_name: string) =>
      modifyUser(identityContext(m.ports), requester, m.friend.email, { domain_name })
    await move('elsewhere')
    const { vfolderPermissions, vfolderInvitations } = m.ports.store.tables
    const grants = await m.ports.store.db.select().from(vfolderPermissions)
    expect(grants.map(({ vfolder }) => vfolder)).not.toContain(uuidOf(given.id))
    const invitations = await m.ports.store.db.select().from(vfolderInvitations)
    const pending = invitations.filter(({ state }) => state === 'pending').map(({ vfolder }) => vfolder)
    expect(pending).not.toContain(uuidOf(open.id))
    expect(pending).not.toContain(uuidOf(back.id))
    expect(pending).toContain(uuidOf(other.id))
    await move('default')
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
        group_name: 'default',
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
