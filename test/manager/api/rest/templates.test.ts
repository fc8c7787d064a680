import { afterAll, beforeAll, expect, test } from 'bun:test'
import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { ADMIN, startTestManager, USER } from '../test-manager.ts'
import { expectFailures } from './route-failures.ts'

let manager: Awaited<ReturnType<typeof startTestManager>>
beforeAll(async () => {
  manager = await startTestManager()
})
afterAll(() => manager[Symbol.asyncDispose]())

/** The sample of the documentation, with its spellings. */
const YAML = `---
api_version: v1
kind: taskTemplate
metadata:
  name: template1234
  tag: example-tag
spec:
  kernel:
    environ:
      MYCONFIG: ABC
      COUNT: 3
    git:
      branch: '19.09'
      commit: 10daee9e328876d75e6d0fa4998d4456711730db
      repository: https://git.example.org/agent
      destinationDir: /home/work/baiagent
    run:
      stratup: python main.py
    image: python:3.6-ubuntu18.04
  resources:
    cpu: '2'
    mem: 4g
  mounts:
    hostpath-test: /home/work/hostDesktop
    test-vfolder:
  sessionType: interactive
`
const task = {
  apiVersion: 'v1',
  kind: 'task_template',
  metadata: { name: 'worker' },
  spec: { kernel: { image: 'python' } },
}
const cluster = (id: string, nodes: object[] = [{ role: 'main', sessionTemplate: id }]) => ({
  api_version: 'v1',
  kind: 'clusterTemplate',
  mode: 'single-node',
  metadata: { name: 'pair' },
  spec: { environ: { SIZE: 2 }, nodes },
})

const create = async (payload: string, as: typeof USER | typeof ADMIN = USER, path = '/template/session') =>
  await manager.call('POST', path, { body: { payload, group: 'default', domain: 'default' }, as })
const idOf = async (payload: unknown, as: typeof USER | typeof ADMIN = USER, path?: string) => {
  const { text } = await create(JSON.stringify(payload), as, path)
  const parsed = JSON.parse(text)
  return String((Array.isArray(parsed) ? parsed[0] : parsed).id)
}

test('the documented sample in YAML is stored in one spelling and shown in JSON and YAML', async () => {
  const made = await create(YAML)
  expect(made.status).toBe(200)
  const [{ id, user }] = JSON.parse(made.text)
  expect(user).toBe(USER.uuid)
  const shown = await manager.call('GET', `/template/session/${id}`, { as: USER })
  expect(shown.json).toMatchObject({
    name: 'template1234',
    user_uuid: USER.uuid,
    domain_name: 'default',
    template: {
      kind: 'task_template',
      metadata: { tag: 'example-tag' },
      spec: {
        session_type: 'interactive',
        mounts: { 'hostpath-test': '/home/work/hostDesktop', 'test-vfolder': null },
        resources: { cpu: '2', mem: '4g' },
        kernel: {
          architecture: 'x86_64',
          environ: { MYCONFIG: 'ABC', COUNT: '3' },
          run: { bootstrap: null, startup_command: 'python main.py' },
          git: { destination_dir: '/home/work/baiagent', branch: '19.09' },
        },
      },
    },
  })
  const yaml = await manager.call('GET', `/template/session/${id}?format=yaml`, { as: USER })
  expect(yaml.headers['content-type']).toContain('text/yaml')
  expect(Bun.YAML.parse(yaml.text)).toEqual(shown.json)
  const again = await manager.call('PUT', `/template/session/${id}`, {
    body: { payload: yaml.text },
    as: USER,
  })
  expect(again.json).toEqual({ success: true })
  expect((await manager.call('GET', `/template/session/${id}`, { as: USER })).json).toEqual(shown.json)
})

test('payloads: lists of wrapped documents, streams of bare ones, names of their own', async () => {
  const listed = await create(JSON.stringify([{ template: task, name: 'mine' }, { template: task }]))
  expect(JSON.parse(listed.text)).toHaveLength(2)
  const stream = await create(`${YAML}\n---\n${YAML}`)
  expect(JSON.parse(stream.text)).toHaveLength(2)
  const names = JSON.parse((await manager.call('GET', '/template/session', { as: USER })).text)
  expect(names.map(({ name }: { name: string }) => name).toSorted()).toEqual(
    ['mine', 'template1234', 'template1234', 'template1234', 'worker'].toSorted(),
  )
  expect(names[0]).toMatchObject({
    is_owner: true,
    user: USER.uuid,
    user_email: USER.email,
    group_name: 'default',
    domain_name: 'default',
    type: 'task',
  })
})

test('a cluster template names its nodes by role', async () => {
  const part = await idOf(task)
  const nodes = [
    { role: 'main', session_template: part },
    { role: 'slave', session_template: part, replicas: 2 },
  ]
  const id = await idOf(cluster(part, nodes), USER, '/template/cluster')
  const { json } = await manager.call('GET', `/template/cluster/${id}`, { as: USER })
  expect(json.template).toMatchObject({
    mode: 'single-node',
    spec: {
      environ: { SIZE: '2' },
      nodes: [
        { role: 'main', session_template: part, replicas: 1 },
        { role: 'sub', session_template: part, replicas: 2 },
      ],
    },
  })
  const listed = JSON.parse((await manager.call('GET', '/template/cluster', { as: USER })).text)
  expect(listed).toMatchObject([{ id, type: 'cluster' }])
  expect((await manager.call('GET', `/template/session/${id}`, { as: USER })).status).toBe(404)
  const body = { payload: JSON.stringify(cluster(part)) }
  expect((await manager.call('PUT', `/template/cluster/${id}`, { body, as: USER })).status).toBe(200)
  expect((await manager.call('DELETE', `/template/cluster/${id}`, { as: USER })).json).toEqual({
    success: true,
  })
  expect((await manager.call('GET', `/template/cluster/${id}`, { as: USER })).status).toBe(404)
})

test('bad documents are told apart', async () => {
  const refused = async (payload: unknown, path?: string) => {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
    const { status, json } = await create(text, USER, path)
    expect([status, json.error_code]).toEqual([400, 'invalid-api-params'])
    return json.data
  }
  await refused('a: [1, 2')
  await refused('null')
  await refused('7')
  const spec = { kernel: {} }
  expect(await refused({ ...task, spec })).toEqual({ 'spec.kernel.image': 'the image is missing' })
  await refused({ ...task, kind: 'cluster_template' })
  await refused({ ...task, metadata: {} })
  await refused({ ...task, spec: { ...task.spec, mounts: { x: '/home/work/.ssh' } } })
  await refused([{ template: task, group_id: randomUUID() }])
  await refused([{ template: task, user_uuid: randomUUID() }])
  const part = await idOf(task)
  const main = { role: 'main', session_template: part }
  for (const nodes of [
    [],
    [main, main],
    [{ ...main, replicas: 2 }],
    [{ ...main, role: 'sub' }],
    [{ role: 'main' }],
  ])
    await refused(cluster(part, nodes), '/template/cluster')
})

test('who may see and change which', async () => {
  const own = await idOf({ ...task, metadata: { name: 'of-the-user' } })
  const credential = { username: 'me', password: 'hidden' }
  const kernel = { image: 'python', git: { repository: 'https://git.example.org/x', credential } }
  const shared = await idOf({ ...task, metadata: { name: 'of-the-admin' }, spec: { kernel } }, ADMIN)
  const body = { payload: JSON.stringify(task) }
  // In a project of the user's, but not theirs.
  const list = '/template/session'
  for (const path of [list, `${list}/${shared}`]) {
    expect((await manager.call('GET', path, { as: USER })).text).not.toContain('hidden')
  }
  expect((await manager.call('GET', `${list}/${shared}`)).text).toContain('hidden')
  expect((await manager.call('GET', `/template/session/${shared}`, { as: USER })).status).toBe(200)
  expect((await manager.call('PUT', `/template/session/${shared}`, { body, as: USER })).status).toBe(403)
  expect((await manager.call('DELETE', `/template/session/${shared}`, { as: USER })).status).toBe(403)
  const { groupMembers } = manager.ports.store.tables
  await manager.ports.store.tx((tx) => tx.delete(groupMembers))
  expect((await manager.call('GET', `/template/session/${shared}`, { as: USER })).status).toBe(404)
  expect((await manager.call('PUT', `/template/session/${shared}`, { body, as: USER })).status).toBe(404)
  expect((await manager.call('GET', `/template/session/${own}`, { as: USER })).status).toBe(200)
  const names = async (path: string, as = ADMIN) => {
    const rows = JSON.parse((await manager.call('GET', path, { as })).text)
    return new Set(rows.map(({ name }: { name: string }) => name))
  }
  expect(await names('/template/session?all=true')).toContain('of-the-user')
  expect(await names(`/template/session?all=true&group=${randomUUID()}`)).toEqual(new Set())
  expect(await names('/template/session?all=true&group=default')).toContain('of-the-user')
  // On behalf of the user.
  const delegated = `/template/session/${own}?owner_access_key=${USER.accessKey}`
  expect((await manager.call('DELETE', delegated)).status).toBe(200)
})

test('administrators of a domain read no secrets of a superadmin, and change nothing of theirs', async () => {
  await using other = await startTestManager()
  const { users, keypairs } = other.ports.store.tables
  await other.ports.store.tx(async (tx) => {
    await tx.update(users).set({ role: 'admin' }).where(eq(users.uuid, USER.uuid))
    await tx.update(keypairs).set({ isAdmin: true }).where(eq(keypairs.accessKey, USER.accessKey))
  })
  const credential = { username: 'me', password: 'hidden' }
  const kernel = { image: 'python', git: { repository: 'https://git.example.org/x', credential } }
  const payload = JSON.stringify({ ...task, spec: { kernel } })
  const body = { payload, group: 'default', domain: 'default' }
  const [{ id }] = JSON.parse((await other.call('POST', '/template/session', { body })).text)
  for (const path of ['/template/session', `/template/session/${id}`]) {
    const shown = await other.call('GET', path, { as: USER })
    expect([shown.status, shown.text.includes('hidden')]).toEqual([200, false])
  }
  const one = `/template/session/${id}`
  expect((await other.call('PUT', one, { body: { payload }, as: USER })).status).toBe(403)
  expect((await other.call('DELETE', one, { as: USER })).status).toBe(403)
  await other.ports.store.tx((tx) =>
    tx.update(users).set({ role: 'admin' }).where(eq(users.email, ADMIN.email)),
  )
  expect((await other.call('GET', one, { as: USER })).text).toContain('hidden')
  expect((await other.call('DELETE', one, { as: USER })).status).toBe(200)
})

test('what each route refuses', async () => {
  const part = await idOf(task, ADMIN)
  const both = [
    { path: '/template/session', document: task },
    { path: '/template/cluster', document: cluster(part) },
  ]
  for (const { path, document } of both) {
    const payload = JSON.stringify(document)
    const id = await idOf(document, ADMIN, path)
    const one = `${path}/${id}`
    await expectFailures(manager, {
      method: 'POST',
      path,
      params: { payload, group: 'default', domain: 'default' },
      required: ['payload'],
      wrong: {
        payload: [7, ''],
        group: [7, 'nowhere'],
        domain: ['nowhere'],
        owner_access_key: ['AKIANOBODY'],
      },
      frozen: 'refuse',
    })
    await expectFailures(manager, { method: 'GET', path, params: { all: 'true' }, wrong: { all: ['maybe'] } })
    await expectFailures(manager, { method: 'GET', path: one, params: {}, wrong: { format: ['xml'] } })
    await expectFailures(manager, {
      method: 'PUT',
      path: one,
      params: { payload },
      required: ['payload'],
      wrong: { payload: [{}, '[]', JSON.stringify([document, document])] },
      frozen: 'refuse',
    })
    await expectFailures(manager, { method: 'DELETE', path: one })
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const body = method === 'PUT' ? { body: { payload } } : {}
      for (const unknown of [randomUUID(), 'nonsense']) {
        const { status, json } = await manager.call(method, `${path}/${unknown}`, body)
        expect([method, status, json.error_code]).toEqual([method, 404, 'object-not-found'])
      }
    }
  }
})
