import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { tempDirectory } from '../../../harness/temp.ts'
import { failed, startFolderManager } from './folder-manager.ts'

let m: Awaited<ReturnType<typeof startFolderManager>>
beforeAll(async () => {
  m = await startFolderManager()
}, 60_000)
afterAll(() => m[Symbol.asyncDispose]())

const HOST = 'local:volume1'

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

describe('mounts of the machines', () => {
  test('are listed, made and undone on every node; the table of file systems is shown', async () => {
    using directory = tempDirectory('mounts')
    await m.ports.config.set('volumes/_mount', directory.path)
    const table = directory.at('fstab')
    writeFileSync(table, '# kept\n')
    const nothing = { manager: { success: true, mounts: [], message: '' }, agents: {} }
    expect((await m.call(m.admin, 'GET', '/folders/_/mounts')).json).toEqual(nothing)
    const mount = { name: 'nas', fs_location: 'tmpfs', fs_type: 'tmpfs', edit_fstab: true, fstab_path: table }
    const mounted = (await m.call(m.admin, 'POST', '/folders/_/mounts', mount)).json
    const mayMount = process.getuid?.() === 0
    expect(mounted).toMatchObject({
      manager: { success: mayMount, message: mayMount ? '' : expect.stringMatching(/./) },
    })
    if (!mayMount) return
    expect((await m.call(m.admin, 'POST', '/folders/_/mounts', mount)).json).toEqual(mounted)
    expect((await m.call(m.admin, 'GET', '/folders/_/mounts')).json).toMatchObject({
      manager: { mounts: ['nas'] },
    })
    const fstab = async () => (await m.call(m.admin, 'GET', '/folders/_/fstab', { fstab_path: table })).json
    const line = `tmpfs ${directory.path}/nas tmpfs defaults 0 0`
    expect(await fstab()).toEqual({ content: `# kept\n${line}\n`, node: 'manager', node_id: 'manager' })
    const undone = { name: 'nas', edit_fstab: true, fstab_path: table }
    expect((await m.call(m.admin, 'DELETE', '/folders/_/mounts', undone)).json).toEqual(nothing)
    expect((await m.call(m.admin, 'DELETE', '/folders/_/mounts', undone)).status).toBe(404)
    expect((await fstab()).content).toBe('# kept\n')
    const failing = { name: 'nas', fs_location: '/dev/nothing', fs_type: 'ext4' }
    const failure = (await m.call(m.admin, 'POST', '/folders/_/mounts', failing)).json
    expect(failure).toMatchObject({
      manager: { success: false, message: expect.stringContaining('/dev/nothing') },
    })
  })

  test('take no name, type or table that leads elsewhere', async () => {
    for (const wrong of [
      { name: '../etc' },
      { name: 'a/b' },
      { fs_type: '-o' },
      { fs_location: '--bind' },
      { fs_location: 'nas:/x\nevil' },
      { options: 'a b' },
      { fstab_path: '/etc/shadow' },
      { fstab_path: '/etc/../etc/fstab' },
    ]) {
      const got = await m.call(m.admin, 'POST', '/folders/_/mounts', {
        name: 'x',
        fs_location: 'nas:/x',
        ...wrong,
      })
      expect([wrong, ...failed(got)]).toEqual([wrong, 400, 'invalid-api-params'])
    }
    expect((await m.call(m.admin, 'GET', '/folders/_/fstab', { agent_id: 'i-none' })).status).toBe(404)
    expect((await m.call(m.admin, 'GET', '/folders/_/fstab?fstab_path=/nowhere/fstab')).status).toBe(400)
  })
})
