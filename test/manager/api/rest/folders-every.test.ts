import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { randomUUID } from 'node:crypto'
import { methodsOf } from '../../../../src/manager/api/route-table.ts'
import { until } from '../../../harness/until.ts'
import { failed, startFolderManager } from './folder-manager.ts'

let m: Awaited<ReturnType<typeof startFolderManager>>
beforeAll(async () => {
  m = await startFolderManager()
}, 60_000)
afterAll(() => m[Symbol.asyncDispose]())

const HOST = 'local:volume1'

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
    'POST /folders/_/mounts': { name: 'nas', fs_location: '/dev/nothing', fs_type: 'ext4' },
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
    expect(theirs.length).toBeGreaterThan(8)
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
