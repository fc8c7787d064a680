import { expect, test } from 'bun:test'
import { ScriptedAgent } from '../harness/agent.ts'
import { administrator, create, openTestStore, startManager } from './harness.ts'

test('a client token stands for its session for 15 minutes, then for a new one', async () => {
  await using store = await openTestStore()
  const who = await administrator(store)
  await using manager = await startManager(store, [new ScriptedAgent('a1')])
  const first = await create(manager, who, { name: 'once', clientToken: 'token' })
  expect(await create(manager, who, { name: 'other-name', clientToken: 'token' })).toEqual(first)
  const { sessions } = store.tables
  await store.tx((tx) => tx.update(sessions).set({ createdAt: new Date(Date.now() - 14 * 60_000) }))
  expect((await create(manager, who, { name: 'other-name', clientToken: 'token' })).sessionId).toBe(
    first.sessionId,
  )
  await store.tx((tx) => tx.update(sessions).set({ createdAt: new Date(Date.now() - 16 * 60_000) }))
  const later = await create(manager, who, { name: 'other-name', clientToken: 'token' })
  expect(later).toMatchObject({ sessionName: 'other-name', created: true })
  expect(later.sessionId).not.toBe(first.sessionId)
})
