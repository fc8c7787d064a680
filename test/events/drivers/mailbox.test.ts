import { describe, expect, test } from 'bun:test'
import { createMailbox } from '../../../src/events/drivers/mailbox.ts'
import { silentLogger } from '../../../src/lib/logger.ts'
import { until } from '../../harness/until.ts'

function slowMailbox(buffer: number) {
  const log: (number | string)[] = []
  const gate = Promise.withResolvers<void>()
  const mailbox = createMailbox<number>({
    buffer,
    onDropped: (count) => void log.push(`dropped ${count}`),
    handle: async (item) => {
      log.push(item)
      await gate.promise
    },
    log: silentLogger,
  })
  return { mailbox, log, release: () => gate.resolve() }
}

describe('a mailbox', () => {
  test('tells of each gap between the items before and after it', async () => {
    const { mailbox, log, release } = slowMailbox(1)
    for (const item of [1, 2, 3]) mailbox.put(item)
    await until(() => log.length === 1)
    release()
    await until(() => log.includes('dropped 2'))
    mailbox.put(4)
    mailbox.putGap()
    mailbox.put(5)
    await until(() => log.includes('dropped 1'))
    expect(log).toEqual([1, 'dropped 2', 4, 'dropped 0', 'dropped 1'])
  })

  test('closing drops what waits and awaits what is handled', async () => {
    const { mailbox, log, release } = slowMailbox(10)
    for (const item of [1, 2]) mailbox.put(item)
    await until(() => log.length === 1)
    const closed = mailbox.close()
    release()
    await closed
    mailbox.put(3)
    expect(log).toEqual([1])
  })
})
