import { expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { accountChanged } from '../../../src/events/catalog/cluster.ts'
import { sessionEvents } from '../../../src/events/catalog/session.ts'
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

test('an administrator of a project follows its sessions, whoever owns them, and no others', async () => {
  await using manager = await startTestManager()
  const { ports } = manager
  const { groups, groupMembers } = ports.store.tables
  const [project] = await ports.store.db.select().from(groups)
  const groupId = project?.id ?? ''
  const payload = (sessionName: string, group: string, userUuid: string) => ({
    sessionId: crypto.randomUUID(),
    sessionName,
    ownerAccessKey: 'AKIASOMEBODYELSE',
    userUuid,
    groupId: group,
    domainName: 'default',
    reason: '',
    exitCode: null,
  })
  const published = [
    payload('theirs', groupId, crypto.randomUUID()),
    payload('elsewhere', crypto.randomUUID(), crypto.randomUUID()),
    payload('mine', groupId, USER.uuid),
  ]
  const seen = async (until: string) => {
    const stop = new AbortController()
    const events = await sessionEventStream(ports, requester, query, { since: null, signal: stop.signal })
    for (const one of published) await ports.bus.publish(sessionEvents.started, one)
    const names: unknown[] = []
    for await (const { data } of events) {
      names.push(data.sessionName)
      if (data.sessionName === until) break
    }
    return names
  }
  expect(await seen('mine')).toEqual(['mine'])
  const delegated = { ...query, ownerAccessKey: 'AKIASOMEBODYELSE' }
  const options = { since: null, signal: AbortSignal.abort() }
  const refused = await sessionEventStream(ports, requester, delegated, options).catch(
    (error: unknown) => error,
  )
  expect(refused).toMatchObject({ kind: 'insufficient-privilege' })

  await ports.store.tx((tx) =>
    tx.update(groupMembers).set({ role: 'admin' }).where(eq(groupMembers.userId, USER.uuid)),
  )
  expect(await seen('mine')).toEqual(['theirs', 'mine'])
})
