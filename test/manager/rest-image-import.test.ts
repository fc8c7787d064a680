import { afterAll, beforeAll, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { accountChanged } from '../../src/events/catalog/cluster.ts'
import { pythonImage, ScriptedAgent } from '../harness/agent.ts'
import { startServedManager } from './served-manager.ts'

const agent = new ScriptedAgent('a1')
const importer = {
  ...pythonImage,
  canonical: 'lablup/importer:manylinux2010',
  labels: { ...pythonImage.labels, 'ai.backend.import-command': 'build-it' },
  aliases: [],
}
let manager: Awaited<ReturnType<typeof startServedManager>>
beforeAll(async () => {
  agent.images = [pythonImage, importer]
  manager = await startServedManager([agent])
  const { domains } = manager.ports.store.tables
  await manager.ports.store.tx((tx) =>
    tx.update(domains).set({ allowedDockerRegistries: ['cr.example.org', 'r2.example.org'] }),
  )
  const registry = { '': 'https://cr.example.org', username: 'robot', password: 'secret' }
  await manager.ports.config.setTree('config/docker/registry/cr.example.org', registry)
})
afterAll(() => manager[Symbol.asyncDispose]())

const wanted = {
  src: 'nvcr.io/nvidia/pytorch:24.01-py3',
  target: 'cr.example.org/stable/pytorch:24.01',
  architecture: 'x86_64',
  launchOptions: { scalingGroup: 'default', group: 'default' },
  brand: 'My "best" $IMAGE',
  baseDistro: 'ubuntu',
  minCPU: 2,
  minMemory: '2g',
  preferredSharedMemory: '128m',
  supportedAccelerators: ['cuda'],
  runtimeType: 'python',
  runtimePath: '/usr/bin/python3',
  CPUCountEnvs: ['OMP_NUM_THREADS'],
  servicePorts: [
    { name: 'jupyter', protocol: 'http', ports: [8080] },
    { name: 'pair', protocol: 'tcp', ports: [9000, 9001] },
  ],
}

test('an import is a batch session of the importer image, which is told what to build', async () => {
  for (const path of ['image/import', 'session/_/image/import']) {
    const { status, body } = await manager.call('POST', path, wanted)
    expect(status).toBe(200)
    const { sessionId, taskId } = Object(body.importTask)
    expect(taskId).toBe(sessionId)
    const { sessions, kernels } = manager.ports.store.tables
    const [session] = await manager.ports.store.db.select().from(sessions).where(eq(sessions.id, sessionId))
    expect(session).toMatchObject({
      sessionType: 'batch',
      startupCommand: 'build-it',
      requestedSlots: { cpu: '1' },
    })
    const script = Buffer.from(session?.environ.BUILD_SCRIPT ?? '', 'base64').toString()
    expect(script).toStartWith('FROM nvcr.io/nvidia/pytorch:24.01-py3\n')
    expect(script).toContain('LABEL ai.backend.service-ports="jupyter:http:8080,pair:tcp:[9000,9001]"')
    expect(script).toContain('LABEL ai.backend.brand="My \\"best\\" \\$IMAGE"')
    expect(script).toContain('LABEL ai.backend.resource.min.mem="2g"')
    const [kernel] = await manager.ports.store.db
      .select()
      .from(kernels)
      .where(eq(kernels.sessionId, sessionId))
    expect(kernel?.internalData.docker_credentials).toEqual({
      'cr.example.org': { url: 'https://cr.example.org', username: 'robot', password: 'secret' },
    })
  }
  const { body } = await manager.call('GET', 'image/import')
  expect(Object(body).fieldGroups[0].fields.map(({ name }: { name: string }) => name)).toContain(
    'runtimePath',
  )
})

test('what is refused', async () => {
  const code = async (change: object) => {
    const { status, body } = await manager.call('POST', 'image/import', { ...wanted, ...change })
    return [status, body.error_code]
  }
  const invalid = [400, 'invalid-api-params']
  for (const key of ['src', 'target', 'brand', 'baseDistro', 'runtimePath']) {
    expect([key, ...(await code({ [key]: undefined }))]).toEqual([key, ...invalid])
    expect([key, ...(await code({ [key]: 7 }))]).toEqual([key, ...invalid])
  }
  expect(await code({ src: 'https://x/y' })).toEqual(invalid)
  expect(await code({ src: 'a\nRUN evil' })).toEqual(invalid)
  expect(await code({ brand: 'a\nRUN evil' })).toEqual(invalid)
  expect(await code({ runtimePath: 'python' })).toEqual(invalid)
  expect(await code({ target: 'elsewhere.example.org/x:1' })).toEqual(invalid)
  expect(await code({ target: 'r2.example.org/x:1' })).toEqual(invalid)
  expect(await code({ launchOptions: { group: 'nowhere' } })).toEqual(invalid)
  expect(await code({ launchOptions: { scalingGroup: 'nowhere' } })).toEqual([404, 'object-not-found'])
  for (const method of ['GET', 'POST'])
    expect((await fetch(`${manager.endpoint}/image/import`, { method })).status).toBe(401)
  await manager.call('PUT', 'manager/status', { status: 'frozen' })
  expect(await code({})).toEqual([503, 'server-frozen'])
  await manager.call('PUT', 'manager/status', { status: 'running' })
  const { keypairs, users } = manager.ports.store.tables
  const { images } = manager.ports.store.tables
  await manager.ports.store.tx((tx) => tx.delete(images).where(eq(images.name, importer.canonical)))
  expect(await code({})).toEqual([503, 'service-unavailable'])
  await manager.ports.store.tx(async (tx) => {
    await tx.update(keypairs).set({ isAdmin: false })
    await tx.update(users).set({ role: 'user' })
  })
  const changed = { accessKeys: [manager.accessKey], userUuids: [] }
  await manager.ports.bus.publish(accountChanged, changed, { source: 'test' })
  for (const method of ['GET', 'POST'] as const) {
    const { status, body } = await manager.call(
      method,
      'image/import',
      method === 'POST' ? wanted : undefined,
    )
    expect([status, body.error_code]).toEqual([403, 'insufficient-privilege'])
  }
})
