import { afterAll, beforeAll, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { globalId } from '../../../../src/manager/api/graphql/global-id.ts'
import { type HarborProject, startHarbor } from '../../../harness/harbor.ts'
import type { RegistryFront } from '../../../harness/registry-front.ts'
import { AT, IDS, type Name, PEOPLE, startWorld } from './world.ts'

const ACCOUNT = { username: 'ada', password: 'secret' }
const HARBOR_IMAGE = crypto.randomUUID()
const projects: HarborProject[] = [
  {
    name: 'lab',
    isPublic: false,
    repositories: { tool: [{ type: 'IMAGE', digest: 'sha256:1', tags: ['1', 'x'] }] },
  },
]
let world: Awaited<ReturnType<typeof startWorld>>
let harbor: RegistryFront
beforeAll(async () => {
  world = await startWorld()
  harbor = startHarbor({ registryUrl: 'http://127.0.0.1:1', account: ACCOUNT, projects })
  const { store, config } = world.ports
  await config.setTree(`config/docker/registry/${encodeURIComponent(harbor.name)}`, {
    '': harbor.url,
    type: 'harbor2',
    ...ACCOUNT,
  })
  await store.tx((tx) =>
    tx.insert(store.tables.images).values({
      id: HARBOR_IMAGE,
      name: `${harbor.name}/lab/tool:1`,
      image: 'lab/tool',
      tag: '1',
      registry: harbor.name,
      architecture: 'x86_64',
      createdAt: AT,
      configDigest: 'sha256:1',
      sizeBytes: 1,
      isLocal: false,
      type: 'compute',
      resources: {},
      labels: { 'ai.backend.customized-image.owner': `user:${PEOPLE.alice.uuid}` },
    }),
  )
})
afterAll(async () => {
  await harbor[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

/** The one answer of a document, or the kind of its failure. */
async function answer(query: string, as: Name = 'root'): Promise<unknown> {
  const { data, errors } = await world.ask(query, as)
  return errors ? errors[0]?.extensions?.code : Object.values(data ?? {})[0]
}

test.each(['preload_image', 'unload_image'])('%s is for superadmins and names a task', async (name) => {
  const change = (references: string, agents: string) =>
    `mutation { ${name}(references: ${references}, target_agents: ${agents}) { ok msg task_id } }`
  for (const who of ['chief', 'alice', 'watcher'] as const)
    expect(await answer(change('["py"]', '["*"]'), who)).toBe('generic-forbidden')
  expect(await answer(change('["py"]', '["i-1"]'))).toEqual({
    ok: true,
    msg: 'success',
    task_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
  })
  const refused = { ok: false, task_id: null }
  expect(await answer(change('["no/such"]', '["*"]'))).toMatchObject(refused)
  expect(await answer(change('["py"]', '["i-9"]'))).toMatchObject(refused)
  expect(await answer(change('[]', '["*"]'))).toMatchObject(refused)
  expect(await answer(change('["py"]', '[null]'))).toMatchObject(refused)
})

test('images of a registry are listed where the domain allows it', async () => {
  const { store } = world.ports
  const { domains } = store.tables
  const names = async (as: Name) => {
    const images = (await answer('{ images { registry name } }', as)) as { registry: string; name: string }[]
    return images.map((one) => `${one.registry}/${one.name}`)
  }
  expect(await names('alice')).toEqual(['local/mine', 'local/python'])
  await store.tx((tx) =>
    tx
      .update(domains)
      .set({ allowedDockerRegistries: [harbor.name] })
      .where(eq(domains.name, 'default')),
  )
  expect(await names('alice')).toContain(`${harbor.name}/lab/tool`)
  expect(await names('carol')).not.toContain(`${harbor.name}/lab/tool`)
})

test('untag: the maker and superadmins, in Harbor only', async () => {
  const untag = (id: string) =>
    `mutation { untag_image_from_registry(image_id: "${id}") { ok msg image { id } } }`
  const node = globalId('ImageNode', HARBOR_IMAGE)
  expect(await answer(untag(node), 'carol')).toBe('object-not-found')
  for (const who of ['bob', 'chief'] as const) expect(await answer(untag(node), who)).toBe('object-not-found')
  expect(await answer(untag(IDS.image), 'bob')).toBe('generic-forbidden')
  expect(await answer(untag(node), 'alice')).toEqual({ ok: true, msg: 'success', image: { id: node } })
  expect(projects[0]?.repositories.tool?.[0]?.tags).toEqual(['x'])
  expect(await answer(untag(HARBOR_IMAGE))).toMatchObject({
    ok: false,
    msg: expect.stringContaining('tag 1 not found'),
  })
  expect(await answer(untag(IDS.custom), 'alice')).toMatchObject({
    ok: false,
    msg: expect.stringContaining('no registry that is configured'),
  })
})
