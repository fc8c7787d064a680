import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { Client } from '../../src/client/client.ts'
import { json, type ScriptedManager, startScriptedManager } from './scripted-manager.ts'
import { testClient } from './test-client.ts'

let manager: ScriptedManager
let client: Client

beforeEach(async () => {
  manager = await startScriptedManager()
  client = testClient(manager)
})
afterEach(() => manager[Symbol.asyncDispose]())

const first = (route: string) => manager.requestsOf(route)[0]
const bodyOf = (route: string) => first(route)?.json()

describe('templates', () => {
  test.each(['session', 'cluster'] as const)('%s', async (kind) => {
    const templates = kind === 'session' ? client.sessionTemplates : client.clusterTemplates
    manager.on(`POST /template/${kind}`, () => json([{ id: 't1', user: 'u1' }]))
    manager.on(`GET /template/${kind}`, () => json([{ id: 't1', name: 'one' }]))
    manager.on(`GET /template/${kind}/t1`, () => new Response('kind: taskTemplate\n'))
    manager.on(`PUT /template/${kind}/t1`, () => json({ success: true }))
    manager.on(`DELETE /template/${kind}/t1`, () => json({ success: true }))
    expect(await templates.create('a: 1', { group: 'g2' })).toEqual([{ id: 't1', user: 'u1' }])
    expect(await templates.list({ isAll: true })).toMatchObject([{ name: 'one' }])
    expect(await templates.get('t1')).toBe('kind: taskTemplate\n')
    await templates.update('t1', 'b: 2', { ownerAccessKey: 'AK' })
    await templates.delete('t1', { ownerAccessKey: 'AK' })
    expect(bodyOf(`POST /template/${kind}`)).toEqual({
      payload: 'a: 1',
      group_name: 'g2',
      domain_name: 'dom',
      owner_access_key: null,
    })
    expect(first(`GET /template/${kind}`)?.query.get('all')).toBe('true')
    expect(first(`GET /template/${kind}/t1`)?.query.get('format')).toBe('yaml')
    expect(bodyOf(`PUT /template/${kind}/t1`)).toMatchObject({ payload: 'b: 2', owner_access_key: 'AK' })
    expect(first(`DELETE /template/${kind}/t1`)?.query.get('owner_access_key')).toBe('AK')
  })

  test('a session by a template sends only what differs from it', async () => {
    manager.on('POST /session/_/create-from-template', () => json({ sessionId: 's1' }, 201))
    const session = await client.sessions.createFromTemplate('t1', { name: 'mine', resources: { cpu: '2' } })
    expect(session).toMatchObject({ sessionId: 's1', sessionName: 'mine', status: 'RUNNING', created: true })
    const request = first('POST /session/_/create-from-template')
    expect(request?.json()).toEqual({
      template_id: 't1',
      name: 'mine',
      domain: 'dom',
      group: 'proj',
      config: { resources: { cpu: '2' } },
    })
    expect(request?.headers['x-backendai-client-token']).toMatch(/^[0-9a-f]{32}$/)
  })

  test('a cluster by its template', async () => {
    manager.on('POST /session/_/create-cluster', () => json({ sessionId: 's1' }, 201))
    await client.sessions.createCluster('t1', 'many', { scalingGroup: 'gpu' })
    expect(bodyOf('POST /session/_/create-cluster')).toEqual({
      template_id: 't1',
      name: 'many',
      clientSessionToken: 'many',
      scaling_group: 'gpu',
      domain: 'dom',
      group: 'proj',
    })
  })
})

describe('dotfiles', () => {
  const file = { path: '.vimrc', data: 'set nu\n' }

  test.each([
    [{}, 'user-config', {}],
    [{ ownerAccessKey: 'AK' }, 'user-config', { owner_access_key: 'AK' }],
    [{ domain: 'd' }, 'domain-config', { domain: 'd' }],
    [{ group: 'g', groupDomain: 'd' }, 'group-config', { group: 'g', domain: 'd' }],
  ])('of %j are at %s', async (scope, base, owner) => {
    for (const method of ['POST', 'PATCH', 'DELETE'])
      manager.on(`${method} /${base}/dotfiles`, () => json({}))
    manager.on(`GET /${base}/dotfiles`, ({ query }) =>
      json(query.has('path') ? { ...file, permission: '644' } : []),
    )
    await client.dotfiles.create(file, scope)
    await client.dotfiles.update({ ...file, permission: '600' }, scope)
    expect(await client.dotfiles.list(scope)).toEqual([])
    expect(await client.dotfiles.get('.vimrc', scope)).toMatchObject({ permission: '644' })
    await client.dotfiles.delete('.vimrc', scope)
    expect(bodyOf(`POST /${base}/dotfiles`)).toEqual({ ...file, permission: '755', ...owner })
    expect(bodyOf(`PATCH /${base}/dotfiles`)).toEqual({ ...file, permission: '600', ...owner })
    const removed = first(`DELETE /${base}/dotfiles`)?.query ?? new URLSearchParams()
    expect(Object.fromEntries(removed)).toEqual({ ...owner, path: '.vimrc' })
  })

  test('the bootstrap script', async () => {
    manager.on('GET /user-config/bootstrap-script', () => json('echo hi'))
    manager.on('POST /user-config/bootstrap-script', () => json({}))
    expect(await client.dotfiles.bootstrapScript()).toBe('echo hi')
    await client.dotfiles.setBootstrapScript('echo ho')
    expect(bodyOf('POST /user-config/bootstrap-script')).toEqual({ script: 'echo ho' })
  })
})

describe('the account', () => {
  test('roles, passwords and names', async () => {
    manager.on('GET /auth/role', () =>
      json({ global_role: 'user', domain_role: 'user', group_role: 'admin' }),
    )
    for (const action of ['update-password', 'update-full-name', 'signout']) {
      manager.on(`POST /auth/${action}`, () => json({}))
    }
    expect(await client.auth.role('g1')).toMatchObject({ group_role: 'admin' })
    await client.auth.updatePassword('old', 'new')
    await client.auth.updateFullName('me@x', 'My Name')
    await client.auth.signOut('me@x', 'pw')
    expect(first('GET /auth/role')?.query.get('group')).toBe('g1')
    expect(bodyOf('POST /auth/update-password')).toEqual({
      old_password: 'old',
      new_password: 'new',
      new_password2: 'new',
    })
    expect(bodyOf('POST /auth/update-full-name')).toEqual({ email: 'me@x', full_name: 'My Name' })
    expect(bodyOf('POST /auth/signout')).toEqual({ email: 'me@x', password: 'pw' })
  })

  test('the SSH key pair', async () => {
    const pair = { ssh_public_key: 'ssh-rsa A', ssh_private_key: 'PRIVATE' }
    manager.on('GET /auth/ssh-keypair', () => json({ ssh_public_key: 'ssh-rsa A' }))
    manager.on('PATCH /auth/ssh-keypair', () => json(pair))
    manager.on('POST /auth/ssh-keypair', () => json(pair))
    expect(await client.auth.sshPublicKey()).toBe('ssh-rsa A')
    expect(await client.auth.renewSshKeypair()).toEqual(pair)
    expect(await client.auth.uploadSshKeypair('ssh-rsa A', 'PRIVATE')).toEqual(pair)
    expect(bodyOf('POST /auth/ssh-keypair')).toEqual({ pubkey: 'ssh-rsa A', privkey: 'PRIVATE' })
  })

  test('error logs', async () => {
    manager.on('GET /logs/error', () => json({ logs: null, count: 0 }))
    manager.on('POST /logs/error', () => json({ success: true }))
    manager.on('POST /logs/error/l1/clear', () => json({ success: true }))
    expect(await client.errorLogs.list({ isMarkedRead: true, pageNumber: 2 })).toEqual({ logs: [], count: 0 })
    await client.errorLogs.append({ severity: 'error', source: 'test', message: 'broke' })
    await client.errorLogs.clear('l1')
    expect(Object.fromEntries(first('GET /logs/error')?.query ?? [])).toEqual({
      mark_read: 'true',
      page_size: '20',
      page_no: '2',
    })
    expect(bodyOf('POST /logs/error')).toMatchObject({ severity: 'error', context_env: {} })
  })

  test('a manager has no web logins', async () => {
    const error = await client.webLogin.login('me', 'pw').catch((failure: unknown) => failure)
    expect(String(error)).toContain('only a webserver')
  })
})
