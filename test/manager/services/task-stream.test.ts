import { expect, test } from 'bun:test'
import type { Requester } from '../../../src/manager/context.ts'
import { createBackgroundTasks } from '../../../src/manager/services/background-tasks.ts'
import { taskEventStream } from '../../../src/manager/services/task-stream.ts'
import { startTestManager, USER } from '../api/test-manager.ts'

const owner: Requester = {
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
const other: Requester = { ...owner, accessKey: 'AKIAOTHER', userUuid: crypto.randomUUID() }
const domainAdmin: Requester = { ...other, role: 'admin', isAdmin: true }
const otherAdmin: Requester = { ...domainAdmin, domainName: 'elsewhere' }
const superadmin: Requester = { ...otherAdmin, role: 'superadmin', isSuperadmin: true }

test('a task is followed by who started it and by their administrators; to others there is none', async () => {
  await using manager = await startTestManager()
  await using tasks = createBackgroundTasks(manager.ports)
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  const work = async () => {
    await gate
    return 'done'
  }
  const mine = await tasks.start('mine', owner, work)
  const clusters = await tasks.start('cluster', null, work)
  const follow = async (requester: Requester, taskId: string) => {
    const stop = AbortSignal.abort()
    const options = { legacyNames: false, signal: stop }
    return (await taskEventStream(manager.ports, tasks, requester, taskId, options)) !== null
  }
  const seen = (taskId: string) =>
    Promise.all([owner, other, domainAdmin, otherAdmin, superadmin].map((one) => follow(one, taskId)))
  expect(await seen(mine)).toEqual([true, false, true, false, true])
  expect(await seen(clusters)).toEqual([false, false, false, false, true])

  const told = await taskEventStream(manager.ports, tasks, owner, mine, {
    legacyNames: false,
    signal: new AbortController().signal,
  })
  open()
  const events: string[] = []
  for await (const { event } of told ?? []) events.push(event)
  expect(events).toEqual(['bgtask_done'])
  expect(await seen(mine)).toEqual([true, false, true, false, true])
})
