import { expect, test } from 'bun:test'
import { accountChanged } from '../../../src/events/catalog/cluster.ts'
import type { Requester } from '../../../src/manager/context.ts'
import { sessionEventStream } from '../../../src/manager/services/event-stream.ts'
import { startTestManager, USER } from '../api/test-manager.ts'

const requester: Requester = {
  accessKey: USER.accessKey,
  userUuid: USER.uuid,
  email: USER.email,
  role: 'user',
  domainName: 'default',
  isAdmin: false,
  isSuperadmin: false,
  resourcePolicy: 'default',
  rateLimit: 1,
}
const query = { sessionId: null, name: '*', ownerAccessKey: null, group: '*', scope: '*' as const }

test('a stream breaks off when its account changes, so that nobody watches with rights they had', async () => {
  await using manager = await startTestManager()
  const { ports } = manager
  const open = () =>
    sessionEventStream(ports, requester, query, { since: null, signal: new AbortController().signal })
  const change = (accessKeys: string[], userUuids: string[]) =>
    ports.store.tx((tx) => tx.emit([{ name: accountChanged.name, payload: { accessKeys, userUuids } }]))
  const end = async (events: AsyncIterable<unknown>) => {
    for await (const event of events) return event
    return 'ended'
  }
  for (const [accessKeys, userUuids] of [
    [[], [USER.uuid]],
    [[USER.accessKey], []],
  ] as const) {
    const ended = end(await open()).catch((error: unknown) => error)
    await change(['AKIASOMEBODYELSE'], [])
    await change([...accessKeys], [...userUuids])
    expect(await ended).toBeInstanceOf(Error)
  }
})
