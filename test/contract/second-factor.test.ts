import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { systemClock } from '../../src/lib/clock.ts'
import { totpAt, totpStep } from '../../src/lib/totp.ts'
import { createAuditLog } from '../../src/manager/services/audit/audit-log.ts'
import { dropOldAuditLogs } from '../../src/manager/services/audit/drop-old-audit-logs.ts'
import { listAuditLogs } from '../../src/manager/services/audit/list-audit-logs.ts'
import { activateTotp, beginTotp, checkTotp } from '../../src/manager/services/totp.ts'
import { startTestManager, USER } from '../manager/api/test-manager.ts'
import { openTestStore, storeDrivers } from './fixtures/store-drivers.ts'

const clock = { ...systemClock, at: Math.floor(Date.now() / 30_000) * 30_000, now: () => clock.at }
const who = {
  userUuid: USER.uuid,
  email: USER.email,
  role: 'user',
  domainName: 'default',
  accessKey: USER.accessKey,
  clientAddress: '192.0.2.1',
}
const superadmin = {
  accessKey: 'AK',
  userUuid: USER.uuid,
  email: 'x',
  role: 'superadmin',
  domainName: 'default',
  isAdmin: true,
  isSuperadmin: true,
  resourcePolicy: 'default',
  rateLimit: 1,
} as const

describe.each(storeDrivers())('one-time passwords and the audit log on $name', (driver) => {
  let owned: AsyncDisposableStack
  let manager: Awaited<ReturnType<typeof startTestManager>>
  beforeAll(async () => {
    owned = new AsyncDisposableStack()
    owned.use(await driver.start())
    const database = owned.use(await driver.fresh())
    manager = owned.use(await startTestManager({ clock, store: () => openTestStore(database.settings) }))
  }, 60_000)
  afterAll(() => owned.disposeAsync())

  test('of many logins with one password at once, one gets in', async () => {
    const { ports } = manager
    const { users } = ports.store.tables
    const { totp_key: key } = await beginTotp(ports, USER.uuid)
    await activateTotp(ports, USER.uuid, totpAt(key, totpStep(clock.at)))
    const [user] = await ports.store.db.select().from(users).where(eq(users.uuid, USER.uuid))
    if (!user) throw new Error('no user')
    for (let round = 0; round < 3; round += 1) {
      clock.at += 30_000
      const otp = totpAt(key, totpStep(clock.at))
      const tried = await Promise.allSettled(Array.from({ length: 8 }, () => checkTotp(ports, user, otp)))
      expect(tried.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      clock.at += 300_000
    }
  }, 30_000)

  test('a thousand entries are written together, and read in pages that miss none', async () => {
    const { ports } = manager
    const { store } = ports
    {
      await using audit = createAuditLog(ports)
      for (let n = 0; n < 1000; n += 1) {
        // Many of one moment.
        if (n % 100 === 0) clock.at += 1
        const deed = { operation: 'POST /x', entityType: 'x', entityId: String(n), description: null }
        audit.note({ ...who, ...deed, requestId: `r-${n}`, result: 'success', status: 200, durationMs: 1 })
      }
    }
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const page = await listAuditLogs(store, superadmin, { operation: 'POST /x' }, { limit: 70, cursor })
      seen.push(...page.rows.map(({ entityId }) => entityId ?? ''))
      cursor = page.nextCursor
    } while (cursor !== null)
    expect(seen).toHaveLength(1000)
    expect(new Set(seen).size).toBe(1000)
    const days = 86_400_000
    clock.at += 91 * days
    await dropOldAuditLogs(ports)
    expect(await store.db.select().from(store.tables.auditLogs)).toEqual([])
    clock.at -= 91 * days
  }, 30_000)

  test('entries wait while the database refuses them', async () => {
    const { ports } = manager
    let refusals = 1
    const store: typeof ports.store = {
      ...ports.store,
      tx: (body, options) =>
        refusals-- > 0 ? Promise.reject(new Error('away')) : ports.store.tx(body, options),
    }
    const audit = createAuditLog({ ...ports, store })
    const deed = { operation: 'POST /late', entityType: 'x', entityId: null, description: null }
    audit.note({ ...who, ...deed, requestId: 'late', result: 'error', status: 500, durationMs: 1 })
    await audit.flush()
    const read = () =>
      listAuditLogs(ports.store, superadmin, { request_id: 'late' }, { limit: 5, cursor: null })
    expect((await read()).rows).toEqual([])
    await audit[Symbol.asyncDispose]()
    expect((await read()).rows).toHaveLength(1)
  })
})
