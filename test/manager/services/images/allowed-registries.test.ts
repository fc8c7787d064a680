import { expect, test } from 'bun:test'
import { ScriptedAgent } from '../../../harness/agent.ts'
import { until } from '../../../harness/until.ts'
import { administrator, create, openTestStore, startManager } from '../../harness.ts'

test('sessions run images of registries that the domain allows, and those that agents have by themselves', async () => {
  await using store = await openTestStore()
  const who = await administrator(store)
  const agent = new ScriptedAgent('i-1')
  await using manager = await startManager(store, [agent])
  const { images, domains } = store.tables
  const python = await until(async () => (await store.db.select().from(images))[0])
  const name = 'other.example/python:1'
  await store.tx((tx) =>
    tx.insert(images).values({
      ...python,
      id: crypto.randomUUID(),
      name,
      image: 'python',
      tag: '1',
      registry: 'other.example',
      isLocal: false,
    }),
  )
  const start = (image: string, session: string) =>
    create(manager, who, { image, name: session, enqueueOnly: true }).catch((error: unknown) => error)
  expect(await start(name, 'refused')).toMatchObject({
    kind: 'object-not-found',
    msg: 'The domain does not allow images of other.example.',
  })
  await store.tx((tx) => tx.update(domains).set({ allowedDockerRegistries: ['other.example'] }))
  expect(await start(name, 'allowed')).toMatchObject({ created: true })
  await store.tx((tx) => tx.update(domains).set({ allowedDockerRegistries: [] }))
  await store.tx((tx) => tx.update(images).set({ isLocal: true }))
  expect(await start(python.name, 'local')).toMatchObject({ created: true })
})
