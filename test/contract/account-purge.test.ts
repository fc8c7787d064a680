import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import type { Store } from '../../src/db/store.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { tendFolders } from '../../src/manager/services/folders/tend-folders.ts'
import { createUser } from '../../src/manager/services/identity/create-user.ts'
import { createDomain, modifyDomain } from '../../src/manager/services/identity/domains.ts'
import { createGroup } from '../../src/manager/services/identity/groups.ts'
import { purgeDomain } from '../../src/manager/services/identity/purge-domain.ts'
import { purgeGroup } from '../../src/manager/services/identity/purge-group.ts'
import { purgeUser } from '../../src/manager/services/identity/purge-user.ts'
import type { StorageHosts } from '../../src/manager/storage/storage-hosts.ts'
import { openPlace, type Place, refusal } from '../manager/services/identity/place.ts'
import { openTestStore, storeDrivers } from './fixtures/store-drivers.ts'

const MOUNT = {
  name: 'data',
  vfsubpath: '.',
  hostPath: '/x',
  kernelPath: '/home/work/data',
  permission: 'rw' as const,
  usageMode: 'general',
}

/** Storage that tells which folders were removed from it, and of which scopes the quota was lifted. */
function recordingStorage() {
  const removed: string[] = []
  const unset: string[] = []
  const storage = {
    deleteFolder: async ({ vfid }: { vfid: string }) => {
      removed.push(vfid)
    },
    unsetQuota: async (host: string, scope: string) => {
      unset.push(`${host} ${scope}`)
    },
  } as unknown as StorageHosts
  return { removed, unset, storage }
}

describe.each(storeDrivers())('ends of accounts on $name', (driver) => {
  let owned: AsyncDisposableStack
  let store: Store
  let place: Place

  beforeAll(async () => {
    owned = new AsyncDisposableStack()
    owned.use(await driver.start())
    const database = owned.use(await driver.fresh())
    store = await openTestStore(database.settings)
    place = owned.use(await openPlace(store))
  }, 60_000)
  afterAll(() => owned.disposeAsync(), 20_000)

  async function addFolder(owner: { user: string } | { group: string }) {
    const id = randomUUID()
    const scope = 'user' in owner ? `user:${owner.user}` : `project:${owner.group}`
    await store.tx(async (tx) => {
      await tx.insert(store.tables.vfolders).values({
        id,
        host: 'local:volume1',
        quotaScopeId: scope,
        name: `data-${id.slice(0, 4)}`,
        createdAt: new Date(0),
        ownershipType: 'user' in owner ? 'user' : 'group',
        statusHistory: { ready: '2026-01-01T00:00:00Z' },
        ...owner,
      })
    })
    return { id, vfid: `${scope}/${id.replaceAll('-', '')}` }
  }

  /** Lets the manager's timer run; gives what it removed from storage. */
  async function tended() {
    const { removed, unset, storage } = recordingStorage()
    const ports = { store, config: place.config, clock: systemClock, log: silentLogger, storage }
    await tendFolders(ports, 'test')
    return { removed: removed.toSorted(), unset }
  }
  const foldersLeft = async () => await store.db.select().from(store.tables.vfolders)

  test('a user goes with folders, contents and rows', async () => {
    const { identity, root } = place
    const user = await createUser(identity, root, 'a@default', { password: 'pw' })
    const folder = await addFolder({ user: user.uuid })
    const second = await addFolder({ user: user.uuid })
    const session = {
      id: randomUUID(),
      userUuid: user.uuid,
      accessKey: user.mainAccessKey ?? '',
      name: 'busy',
    }
    await place.addSession({ ...session, vfolderMounts: [{ ...MOUNT, vfid: folder.vfid }] })
    const mounted = 'mounted in active sessions (busy)'
    expect(await refusal(purgeUser(identity, root, 'a@default', false))).toContain(mounted)
    const { sessions } = store.tables
    await store.tx(async (tx) => {
      await tx.update(sessions).set({ status: 'TERMINATED' }).where(eq(sessions.id, session.id))
    })
    await purgeUser(identity, root, 'a@default', false)
    expect(await foldersLeft()).toMatchObject([
      { status: 'delete-ongoing', user: null },
      { status: 'delete-ongoing', user: null },
    ])
    const lifted = [`local:volume1 user:${user.uuid}`]
    expect(await tended()).toEqual({ removed: [folder.vfid, second.vfid].toSorted(), unset: lifted })
    expect(await foldersLeft()).toEqual([])
    expect(await store.db.select().from(sessions)).toEqual([])
  })

  test('a domain gets another name, loses its projects and goes', async () => {
    const { identity, root } = place
    await createDomain(identity, root, 'acme', {})
    const group = await createGroup(identity, root, 'team', { domain_name: 'acme' })
    const folder = await addFolder({ group: group.id })
    const user = await createUser(identity, root, 'b@acme', {
      password: 'pw',
      domain_name: 'acme',
      group_ids: [group.id],
    })
    await modifyDomain(identity, root, 'acme', { name: 'ajax' })
    const { users, groups } = store.tables
    const [moved] = await store.db.select().from(users).where(eq(users.uuid, user.uuid))
    expect(moved?.domainName).toBe('ajax')
    expect(await refusal(purgeDomain(identity, root, 'ajax'))).toContain('users bound')
    await purgeUser(identity, root, 'b@acme', false)
    expect(await refusal(purgeDomain(identity, root, 'ajax'))).toContain('groups bound')
    await purgeGroup(identity, root, group.id)
    await purgeDomain(identity, root, 'ajax')
    const lifted = [`local:volume1 project:${group.id}`]
    expect(await tended()).toEqual({ removed: [folder.vfid], unset: lifted })
    expect(await foldersLeft()).toEqual([])
    expect((await store.db.select().from(groups)).map(({ domainName }) => domainName)).toEqual(['default'])
  })
})
