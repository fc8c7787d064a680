import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { randomUUID } from 'node:crypto'
import { ADMIN, type Keys, startTestManager, USER } from '../test-manager.ts'
import { expectFailures, send } from './route-failures.ts'

let manager: Awaited<ReturnType<typeof startTestManager>>
let project = ''
beforeAll(async () => {
  manager = await startTestManager()
  const { groups } = manager.ports.store.tables
  project = (await manager.ports.store.db.select().from(groups))[0]?.id ?? ''
})
afterAll(() => manager[Symbol.asyncDispose]())

const file = { path: '.aws/config', data: '[default]\nregion=x', permission: '600' }
const shown = { path: file.path, data: file.data, permission: '600', perm: '600' }
const scopes = () => [
  { base: '/user-config/dotfiles', scope: {}, needs: [] },
  {
    base: '/domain-config/dotfiles',
    scope: { domain: 'default' },
    needs: ['domain'],
    role: 'admin' as const,
  },
  { base: '/group-config/dotfiles', scope: { group: project }, needs: ['group'], role: 'admin' as const },
]

test('made, listed, read, changed and removed, in each scope', async () => {
  for (const { base, scope } of scopes()) {
    const at = (method: string, params: object) =>
      send(manager, { method, path: base, params: { ...scope, ...params } })
    expect([base, (await at('POST', file)).json]).toEqual([base, {}])
    expect(JSON.parse((await at('GET', {})).text)).toEqual([shown])
    expect((await at('GET', { path: file.path })).json).toEqual(shown)
    expect((await at('POST', file)).json).toMatchObject({ error_code: 'generic-bad-request' })
    expect((await at('PATCH', { ...file, data: 'new', permission: '644' })).status).toBe(200)
    expect((await at('GET', { path: file.path })).json).toMatchObject({ data: 'new', perm: '644' })
    expect((await at('DELETE', { path: file.path })).json).toEqual({ success: true })
    for (const method of ['GET', 'DELETE', 'PATCH']) {
      const { status, json } = await at(method, file)
      expect([method, status, json.title]).toEqual([method, 404, 'No such dotfile.'])
    }
  }
})

test('what each route refuses', async () => {
  for (const { base, scope, needs, role } of scopes()) {
    const params = { ...scope, ...file }
    const wrong = {
      path: ['/etc/passwd', '../x', '.ssh', '/home/work/.config', '', 'dir/', 'a\0b'],
      permission: ['rwx', '0600', '888'],
      data: [''],
    }
    for (const method of ['POST', 'PATCH']) {
      const required = [...needs, 'path', 'data', 'permission']
      const { path: _, ...rest } = wrong
      const bad = method === 'POST' ? { ...wrong, data: ['', 7] } : rest
      await expectFailures(manager, {
        method,
        path: base,
        params,
        required,
        wrong: bad,
        ...(role ? { role } : {}),
      })
    }
    await expectFailures(manager, { method: 'GET', path: base, params: scope, required: needs })
    const removal = { ...scope, path: file.path }
    const required = [...needs, 'path']
    await expectFailures(manager, {
      method: 'DELETE',
      path: base,
      params: removal,
      required,
      ...(role ? { role } : {}),
    })
  }
})

describe('limits', () => {
  const path = '/user-config/dotfiles'
  const post = (params: object) => manager.call('POST', path, { body: { ...file, ...params }, as: USER })

  test('at most 64 KiB and at most 100 files in a list', async () => {
    expect((await post({ path: '.big', data: 'x'.repeat(70_000) })).status).toBe(406)
    for (let n = 0; n < 100; n++) expect((await post({ path: `.f${n}` })).status).toBe(200)
    const { status, json } = await post({ path: '.one-more' })
    expect([status, json.error_code]).toEqual([406, 'over-limit'])
    const grown = { ...file, path: '.f0', data: 'x'.repeat(65_000) }
    expect((await manager.call('PATCH', path, { body: grown, as: USER })).status).toBe(406)
  })

  test('a path is the same path in every spelling', async () => {
    expect((await post({ path: '/home/work/.f0' })).status).toBe(400)
    const { status } = await manager.call('DELETE', `${path}?path=${encodeURIComponent('./.f0')}`, {
      as: USER,
    })
    expect(status).toBe(200)
  })
})

test('who may see which', async () => {
  const get = (path: string, as: Keys = USER) => manager.call('GET', path, { as })
  expect((await get('/domain-config/dotfiles?domain=default')).status).toBe(200)
  expect((await get('/domain-config/dotfiles?domain=other')).json.error_code).toBe('generic-forbidden')
  expect((await get('/domain-config/dotfiles?domain=other', ADMIN)).status).toBe(404)
  expect((await get(`/group-config/dotfiles?group=${project}`)).status).toBe(200)
  expect((await get('/group-config/dotfiles?group=default&domain=default')).status).toBe(200)
  expect((await get(`/group-config/dotfiles?group=${randomUUID()}`)).status).toBe(404)
  expect((await get(`/user-config/dotfiles?owner_access_key=${ADMIN.accessKey}`)).status).toBe(403)
  const delegated = await get(`/user-config/dotfiles?onwer_access_key=${USER.accessKey}`, ADMIN)
  expect(JSON.parse(delegated.text)).toHaveLength(99)
})

test('the bootstrap script', async () => {
  const path = '/user-config/bootstrap-script'
  expect((await manager.call('GET', path)).text).toBe('""')
  expect((await manager.call('POST', path, { body: { script: 'echo hi\n' } })).json).toEqual({})
  expect(JSON.parse((await manager.call('GET', path)).text)).toBe('echo hi\n')
  await expectFailures(manager, {
    method: 'POST',
    path,
    params: { script: 'x' },
    required: ['script'],
    wrong: { script: [3, 'x'.repeat(65_537), 'a\0'] },
  })
  await expectFailures(manager, { method: 'GET', path })
})
