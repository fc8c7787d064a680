import { randomUUID } from 'node:crypto'
import { graphqlRoutes } from '../../../../src/manager/api/graphql/routes.ts'
import type { ManagerPorts } from '../../../../src/manager/context.ts'
import { createBackgroundTasks } from '../../../../src/manager/services/background-tasks.ts'
import { writeLiveStats } from '../../../../src/manager/services/live-stats.ts'
import type { StorageHosts } from '../../../../src/manager/storage/storage-hosts.ts'
import { ADMIN, type Keys, startTestManager } from '../test-manager.ts'

export interface GraphAnswer {
  data: Record<string, unknown> | null
  errors?: { message: string; path?: string[]; extensions?: { code?: string } }[]
}

type Role = 'superadmin' | 'admin' | 'user' | 'monitor'
export interface Person extends Keys {
  uuid: string
  email: string
  domain: string
  role: Role
}

const person = (name: string, domain: string, role: Role): Person => ({
  uuid: randomUUID(),
  email: `${name}@${domain}`,
  domain,
  role,
  accessKey: `AKIA${name.toUpperCase().padEnd(16, '0')}`,
  secretKey: `secret-of-${name}`.padEnd(40, '-'),
})

/** Two domains: `default` with a chief, two users and a monitor, and `other` with one user. */
export const PEOPLE = {
  chief: person('chief', 'default', 'admin'),
  alice: person('alice', 'default', 'user'),
  bob: person('bob', 'default', 'user'),
  carol: person('carol', 'other', 'user'),
  watcher: person('watcher', 'default', 'monitor'),
}
export type Name = keyof typeof PEOPLE | 'root'

/** Ids that queries name. */
export const IDS = {
  labs: randomUUID(),
  store: randomUUID(),
  far: randomUUID(),
  image: randomUUID(),
  custom: randomUUID(),
  endpoint: randomUUID(),
  model: randomUUID(),
  aliceFolder: randomUUID(),
  sharedFolder: randomUUID(),
  labFolder: randomUUID(),
  carolFolder: randomUUID(),
  route: randomUUID(),
}

export const AT = new Date(Date.UTC(2026, 0, 1))

/** Model folders as a storage host would hold them; nothing else is asked of storage here. */
const FILES: Readonly<Record<string, string>> = {
  'model-definition.yaml':
    'models:\n  - name: small\n    metadata:\n      author: Ada\n      version: 1.0\n      created: 2024-05-01\n      framework: [torch]\n',
  'README.md': '# Small model',
}
const host = {
  host: 'local:volume1',
  backend: 'vfs',
  path: '/mnt/volume1',
  fsprefix: '',
  sftpScalingGroups: [],
}

/** What the tests ask of storage. */
const storage: Pick<
  StorageHosts,
  'list' | 'fsUsage' | 'metric' | 'hardware' | 'quota' | 'setQuota' | 'listFiles' | 'readFile'
> = {
  list: async () => [{ ...host, capabilities: ['vfolder', 'metric'] }],
  fsUsage: async () => ({ capacityBytes: 1000, usedBytes: 10 }),
  metric: async () => ({ iops_read: 1 }),
  hardware: async () => ({ status: 'healthy' }),
  quota: async () => ({ usedBytes: 5, limitBytes: 50 }),
  setQuota: async () => {},
  listFiles: async () =>
    Object.entries(FILES).map(([name, text]) => ({
      name,
      type: 'FILE' as const,
      mode: 0o644,
      size: text.length,
      created: AT.toISOString(),
      modified: AT.toISOString(),
    })),
  readFile: async (_, path) => new TextEncoder().encode(FILES[path] ?? ''),
}

/** A manager with that world in its store. */
export async function startWorld(
  options: Pick<Parameters<typeof startTestManager>[0] & object, 'store'> = {},
) {
  const manager = await startTestManager({
    ...options,
    routes: (ports) =>
      graphqlRoutes({
        ports: { ...ports, storage: { ...ports.storage, ...storage } },
        tasks: createBackgroundTasks(ports),
        hideAgents: false,
        introspection: true,
      }),
  })
  await addAccounts(manager.ports)
  await addThings(manager.ports)
  for (const name of ['alice', 'bob', 'carol'] as const) await addSession(manager.ports, PEOPLE[name], name)

  async function ask(query: string, as: Name = 'root', variables: object = {}): Promise<GraphAnswer> {
    const keys = as === 'root' ? ADMIN : PEOPLE[as]
    const { text } = await manager.call('POST', '/admin/gql', { as: keys, body: { query, variables } })
    return JSON.parse(text)
  }
  return { ...manager, ask, [Symbol.asyncDispose]: () => manager[Symbol.asyncDispose]() }
}

async function addAccounts({ store }: ManagerPorts): Promise<void> {
  const { domains, groups, groupMembers, users, keypairs } = store.tables
  const dates = { createdAt: AT, modifiedAt: AT }
  const empty = { totalResourceSlots: {}, allowedVfolderHosts: {}, dotfiles: [] }
  await store.tx(async (tx) => {
    await tx.insert(domains).values({ name: 'other', allowedDockerRegistries: [], ...empty, ...dates })
    const project = { resourcePolicy: 'default', ...empty, ...dates }
    await tx.insert(groups).values([
      { id: IDS.labs, name: 'labs', domainName: 'default', ...project },
      { id: IDS.store, name: 'store', domainName: 'default', type: 'model-store', ...project },
      { id: IDS.far, name: 'far', domainName: 'other', ...project },
    ])
    for (const { uuid, email, domain, role, accessKey, secretKey } of Object.values(PEOPLE)) {
      const values = { uuid, email, username: email, domainName: domain, role, mainAccessKey: accessKey }
      await tx.insert(users).values({ ...values, fullName: email, resourcePolicy: 'default', ...dates })
      const isAdmin = role === 'admin'
      const keypair = { accessKey, secretKey, userId: email, user: uuid, isAdmin, dotfiles: [] }
      await tx.insert(keypairs).values({ ...keypair, resourcePolicy: 'default', ...dates })
    }
    const member = (who: Person, groupId: string) => ({ id: randomUUID(), userId: who.uuid, groupId })
    await tx.insert(groupMembers).values([member(PEOPLE.alice, IDS.labs), member(PEOPLE.carol, IDS.far)])
  })
}

async function addThings({ store, cache }: ManagerPorts): Promise<void> {
  const { agents, images, imageAliases, vfolders, vfolderPermissions } = store.tables
  const { endpoints, routings, endpointTokens } = store.tables
  const { alice, carol, bob } = PEOPLE
  await store.tx(async (tx) => {
    await tx.insert(agents).values({
      id: 'i-1',
      region: 'local',
      availableSlots: { cpu: '4', mem: '8589934592' },
      addr: 'direct',
      firstContact: AT,
      version: '0.1.0',
      architecture: 'x86_64',
      computePlugins: {},
      images: ['local/python:3.11@x86_64'],
    })
    const image = {
      architecture: 'x86_64',
      registry: 'local',
      createdAt: AT,
      configDigest: 'sha256:1',
      sizeBytes: 5_000_000_000,
      isLocal: true,
      resources: { cpu: { min: '1', max: null } },
    }
    await tx.insert(images).values([
      { ...image, id: IDS.image, name: 'local/python:3.11', image: 'python', tag: '3.11', labels: {} },
      {
        ...image,
        id: IDS.custom,
        name: 'local/mine:1',
        image: 'mine',
        tag: '1',
        labels: { 'ai.backend.customized-image.owner': `user:${alice.uuid}` },
      },
    ])
    await tx.insert(imageAliases).values({ id: randomUUID(), alias: 'py', image: IDS.image })
    const folder = (
      id: string,
      name: string,
      owner: Person | null,
      group: string | null,
      minute: number,
    ) => ({
      id,
      name,
      host: 'local:volume1',
      quotaScopeId: owner ? `user:${owner.uuid}` : `project:${group}`,
      user: owner?.uuid ?? null,
      group,
      creator: owner?.email ?? 'chief@default',
      ownershipType: owner ? ('user' as const) : ('group' as const),
      usageMode: name === 'model' ? ('model' as const) : ('general' as const),
      createdAt: new Date(AT.getTime() + minute * 60_000),
      statusHistory: {},
    })
    await tx
      .insert(vfolders)
      .values([
        folder(IDS.aliceFolder, 'alice-own', alice, null, 1),
        folder(IDS.sharedFolder, 'alice-shared', alice, null, 2),
        folder(IDS.labFolder, 'labs-data', null, IDS.labs, 3),
        folder(IDS.carolFolder, 'carol-own', carol, null, 4),
        folder(IDS.model, 'model', null, IDS.store, 5),
      ])
    await tx.insert(vfolderPermissions).values({
      id: randomUUID(),
      vfolder: IDS.sharedFolder,
      user: bob.uuid,
      permission: 'ro',
    })
    const scope = { sessionOwner: alice.uuid, domain: 'default', project: IDS.labs, createdAt: AT }
    await tx.insert(endpoints).values({
      ...scope,
      id: IDS.endpoint,
      name: 'service',
      createdUser: alice.uuid,
      desiredSessionCount: 1,
      image: IDS.image,
      model: IDS.model,
      resourceGroup: 'default',
      environ: {},
      resourceSlots: { cpu: '1' },
      resourceOpts: {},
      url: 'http://service',
      extraMounts: [{ vfolderId: IDS.aliceFolder, mountDestination: null, type: 'bind', permission: 'ro' }],
    })
    await tx.insert(routings).values({
      ...scope,
      id: IDS.route,
      endpoint: IDS.endpoint,
      status: 'failed_to_start',
      errorData: { session_id: null, errors: [{ src: 'agent', name: 'Oops', repr: 'Oops()' }] },
    })
    await tx
      .insert(endpointTokens)
      .values({ ...scope, id: randomUUID(), endpoint: IDS.endpoint, token: 'a-token' })
  })
  await writeLiveStats(cache, 'i-1', { node: { cpu_util: { pct: '1' } }, devices: {} }, {})
}

let minute = 0

/** A running session with one kernel. Gives its id. */
export async function addSession({ store }: ManagerPorts, owner: Person, name: string): Promise<string> {
  const { sessions, kernels } = store.tables
  const id = randomUUID()
  const createdAt = new Date(AT.getTime() + ++minute * 60_000)
  const slots = { cpu: '1', mem: '1073741824' }
  await store.tx(async (tx) => {
    await tx.insert(sessions).values({
      id,
      name,
      domainName: owner.domain,
      groupId: owner.domain === 'other' ? IDS.far : IDS.labs,
      userUuid: owner.uuid,
      accessKey: owner.accessKey,
      images: ['local/python:3.11'],
      agentIds: ['i-1'],
      occupyingSlots: slots,
      requestedSlots: slots,
      vfolderMounts: [],
      environ: {},
      resourceOpts: {},
      createdAt,
      status: 'RUNNING',
      statusHistory: {},
      liveName: name,
    })
    await tx.insert(kernels).values({
      id: randomUUID(),
      sessionId: id,
      clusterHostname: 'main1',
      agent: 'i-1',
      image: 'local/python:3.11',
      registry: 'local',
      occupiedSlots: slots,
      requestedSlots: {},
      attachedDevices: {},
      resourceOpts: {},
      servicePorts: [],
      preopenPorts: [8888],
      createdAt,
      status: 'RUNNING',
      statusChanged: createdAt,
      statusHistory: {},
      internalData: {},
    })
  })
  return id
}
