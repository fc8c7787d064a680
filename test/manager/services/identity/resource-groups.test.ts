import { expect, test } from 'bun:test'
import { asc } from 'drizzle-orm'
import fc from 'fast-check'
import {
  type LinkedTo,
  linkResourceGroups,
  unlinkResourceGroups,
} from '../../../../src/manager/services/identity/resource-group-links.ts'
import {
  createResourceGroup,
  deleteResourceGroup,
  modifyResourceGroup,
  type ResourceGroupProps,
} from '../../../../src/manager/services/identity/resource-groups.ts'
import { openPlace, type Place, refusal, requester } from './place.ts'

const PROPS = { driver: 'static', scheduler: 'drf' }

test('resource groups: made, changed, refused', async () => {
  await using place = await openPlace()
  const { identity, root, store } = place
  const row = await createResourceGroup(identity, root, 'gpu', {
    ...PROPS,
    scheduler_opts: { pending_timeout: 60 },
    wsproxy_addr: 'http://proxy.example:5050',
    wsproxy_api_token: 'token',
  })
  expect(row).toMatchObject({
    isActive: true,
    isPublic: true,
    scheduler: 'drf',
    schedulerOpts: { pending_timeout: 60 },
  })
  const change = (props: ResourceGroupProps) => modifyResourceGroup(identity, root, 'gpu', props)
  await change({ is_public: false, wsproxy_addr: null })
  await change({})
  const [read] = await store.db
    .select()
    .from(store.tables.scalingGroups)
    .orderBy(asc(store.tables.scalingGroups.name))
    .offset(1)
    .limit(1)
  expect(read).toMatchObject({
    isPublic: false,
    wsproxyAddr: null,
    wsproxyApiToken: 'token',
    scheduler: 'drf',
  })
  for (const [wrong, said] of [
    [{ scheduler: 'magic' }, 'scheduler is one of fifo'],
    [{ driver: 'aws' }, 'driver is one of static'],
    [{ wsproxy_addr: 'proxy' }, 'http or https'],
    [{ scheduler_opts: [] }, 'scheduler_opts is a JSON object'],
    [{ scheduler_opts: { roundrobin: 1 } }, 'roundrobin'],
    [{ driver_opts: 'x' }, 'driver_opts is a JSON object'],
  ] as const) {
    expect(await refusal(change(wrong))).toContain(said)
  }
  expect(await refusal(createResourceGroup(identity, root, 'gpu', PROPS))).toContain('exists already')
  expect(await refusal(createResourceGroup(identity, root, 'g p u', PROPS))).toContain(
    'invalid resource group name',
  )
  expect(await refusal(modifyResourceGroup(identity, root, 'tpu', {}))).toContain('no resource group "tpu"')
})

test('groups with agents or living sessions stay; those that go take their links along', async () => {
  await using place = await openPlace()
  const { identity, root, store } = place
  const { tables } = store
  await store.tx(async (tx) => {
    await tx.insert(tables.agents).values({
      id: 'i-1',
      region: 'local',
      availableSlots: {},
      addr: 'direct',
      firstContact: new Date(0),
      version: '1',
      architecture: 'x86_64',
      computePlugins: {},
      images: [],
    })
  })
  const remove = () => deleteResourceGroup(identity, root, 'default')
  expect(await refusal(remove())).toContain('has 1 agents')
  await store.tx(async (tx) => {
    await tx.delete(tables.agents)
  })
  const session = { id: crypto.randomUUID(), userUuid: root.userUuid, accessKey: 'AKIA' }
  await place.addSession({ ...session, scalingGroupName: 'default' })
  expect(await refusal(remove())).toContain('has 1 active session.')
  await store.tx(async (tx) => {
    await tx.update(tables.sessions).set({ status: 'TERMINATED' })
  })
  await remove()
  expect(await store.db.select().from(tables.scalingGroups)).toEqual([])
  expect(await store.db.select().from(tables.scalingGroupDomains)).toEqual([])
})

async function linked({ store }: Place, kind: LinkedTo['kind']): Promise<string[]> {
  const { scalingGroupDomains, scalingGroupGroups, scalingGroupKeypairs } = store.tables
  const table = { domain: scalingGroupDomains, project: scalingGroupGroups, keypair: scalingGroupKeypairs }[
    kind
  ]
  const rows = await store.db.select({ name: table.scalingGroup }).from(table)
  return rows.map(({ name }) => name).toSorted()
}

async function holders(place: Place): Promise<LinkedTo[]> {
  const [keypair] = await place.store.db.select().from(place.store.tables.keypairs)
  return [
    { kind: 'domain', domain: 'default' },
    { kind: 'project', id: place.project.id },
    { kind: 'keypair', accessKey: keypair?.accessKey ?? '' },
  ]
}

test('links of domains, projects and keypairs follow a set, whatever comes in which order', async () => {
  await using place = await openPlace()
  const { identity, root } = place
  const names = ['default', 'g1', 'g2', 'g3']
  for (const name of names.slice(1)) await createResourceGroup(identity, root, name, PROPS)
  for (const to of await holders(place)) {
    await unlinkResourceGroups(identity, root, 'start', null, to)
    const model = new Set<string>()
    const step = fc.record({ add: fc.boolean(), names: fc.subarray(names) })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 4 }), async (steps) => {
        for (const { add, names: some } of steps) {
          const overlaps = some.some((name) => model.has(name))
          const covers = some.every((name) => model.has(name))
          const change = add
            ? linkResourceGroups(identity, root, 'test', some, to)
            : unlinkResourceGroups(identity, root, 'test', some, to)
          const refused = (await refusal(change)) !== 'nothing was refused'
          expect(refused).toBe(some.length > 0 && (add ? covers : !overlaps))
          for (const name of some) {
            if (add) model.add(name)
            else model.delete(name)
          }
        }
        expect(await linked(place, to.kind)).toEqual([...model].toSorted())
      }),
      { numRuns: 15 },
    )
  }
})

test('links need both ends, and a superadmin', async () => {
  await using place = await openPlace()
  const { identity, root } = place
  const [domain] = await holders(place)
  if (!domain) throw new Error('no domain')
  expect(await refusal(linkResourceGroups(identity, root, 'x', ['nowhere'], domain))).toContain(
    'no resource group',
  )
  const nobody = '99999999-9999-4999-8999-999999999999'
  for (const [to, said] of [
    [{ kind: 'domain', domain: 'nowhere' }, 'no domain "nowhere"'],
    [{ kind: 'project', id: nobody }, 'no project'],
    [{ kind: 'keypair', accessKey: 'AKIA' }, 'no keypair "AKIA"'],
  ] as const) {
    expect(await refusal(linkResourceGroups(identity, root, 'x', ['default'], to))).toContain(said)
    expect(await refusal(unlinkResourceGroups(identity, root, 'x', null, to))).toContain(said)
  }
  for (const role of ['admin', 'user', 'monitor'] as const) {
    const who = requester({ role })
    for (const change of [
      linkResourceGroups(identity, who, 'link', ['default'], domain),
      unlinkResourceGroups(identity, who, 'link', null, domain),
      createResourceGroup(identity, who, 'x', PROPS),
      modifyResourceGroup(identity, who, 'default', {}),
      deleteResourceGroup(identity, who, 'default'),
    ]) {
      expect(await refusal(change)).toMatch(/^no permission to \w+$/)
    }
  }
  expect(await linked(place, 'domain')).toEqual(['default'])
})
