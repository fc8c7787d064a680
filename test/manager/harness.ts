import { asc, eq } from 'drizzle-orm'
import { schedulerFifo } from '../../plugins/scheduler-fifo/index.ts'
import { createMemoryCache } from '../../src/cache/drivers/memory.ts'
import { openSqliteStore } from '../../src/db/drivers/sqlite.ts'
import { createOutboxRelay } from '../../src/db/relay.ts'
import { createSharedConfig } from '../../src/db/shared-config.ts'
import type { Store } from '../../src/db/store.ts'
import { eventKinds } from '../../src/events/catalog/index.ts'
import { createMemoryBus } from '../../src/events/drivers/memory.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { createLogger, type Logger } from '../../src/lib/logger.ts'
import type { ManagerPorts, Requester } from '../../src/manager/context.ts'
import { type LoopOptions, startLoops } from '../../src/manager/loops/index.ts'
import { bootstrapCluster } from '../../src/manager/services/bootstrap.ts'
import { createSessionServices, type SessionServices } from '../../src/manager/services/index.ts'
import {
  createManagerPlugins,
  type ManagerPluginOptions,
} from '../../src/manager/services/plugins/manager-plugins.ts'
import type { CreatedSession, CreateSessionInput } from '../../src/manager/services/requests.ts'
import { createSession } from '../../src/manager/services/sessions/create.ts'
import { createHttpStorageHosts } from '../../src/manager/storage/http-storage-hosts.ts'
import { type ScriptedAgent, ScriptedLink } from '../harness/agent.ts'
import { until } from '../harness/until.ts'

const log: Logger = createLogger({ level: process.env.TEST_LOG === 'debug' ? 'debug' : 'silent' })

export const openTestStore = (): Promise<Store> =>
  openSqliteStore({ path: ':memory:', clock: systemClock, log, source: 'manager' })

/** One manager process on a store that may outlive it. */
export interface TestManager extends AsyncDisposable {
  readonly ports: ManagerPorts
  readonly services: SessionServices
  readonly link: ScriptedLink
  /** As SIGKILL: nothing of it acts on store or agents any more. */
  kill(): Promise<void>
}

let managers = 0

export async function startManager(
  store: Store,
  agents: readonly ScriptedAgent[],
  options: Partial<LoopOptions> = {},
  plugins: ManagerPluginOptions = {},
): Promise<TestManager> {
  managers += 1
  const managerId = `manager-${managers}`
  const life = { alive: true }
  const own = mortal(store, life)
  const bus = createMemoryBus({ clock: systemClock, log })
  const link = new ScriptedLink(agents)
  const ports: ManagerPorts = {
    managerId,
    store: own,
    bus,
    cache: createMemoryCache({ clock: systemClock }),
    config: createSharedConfig(own),
    agents: link,
    storage: createHttpStorageHosts({ config: createSharedConfig(own), log }),
    schedulers: [schedulerFifo],
    plugins: createManagerPlugins(
      { store: own, config: createSharedConfig(own), clock: systemClock, log },
      plugins,
    ),
    clock: systemClock,
    log,
  }
  const services = createSessionServices(ports)
  const relay = createOutboxRelay({
    store: own,
    bus,
    kinds: eventKinds,
    clock: systemClock,
    log,
    holder: managerId,
  })
  const loops = await startLoops(ports, services, options)
  let stopped: Promise<void> | null = null
  const stop = () => {
    stopped ??= (async () => {
      await loops[Symbol.asyncDispose]()
      await link[Symbol.asyncDispose]()
      await Promise.resolve(relay[Symbol.asyncDispose]()).catch(() => {})
      await bus[Symbol.asyncDispose]()
    })()
    return stopped
  }
  return {
    ports,
    services,
    link,
    async kill() {
      life.alive = false
      link.kill()
      // A killed process gives its leases back by letting them expire.
      const { leases } = store.tables
      await store.tx((tx) => tx.update(leases).set({ expiresAt: new Date(0) }))
    },
    [Symbol.asyncDispose]: stop,
  }
}

/** The store as one process sees it: after its death, writes never happen. */
function mortal(store: Store, life: { alive: boolean }): Store {
  return {
    ...store,
    tx: (body) =>
      life.alive
        ? store.tx(async (tx) => {
            const result = await body(tx)
            if (!life.alive) throw new Error('the process was killed')
            return result
          })
        : Promise.reject(new Error('the process was killed')),
    acquireLease: (...args) => (life.alive ? store.acquireLease(...args) : Promise.resolve(null)),
    releaseLease: (lease) => (life.alive ? store.releaseLease(lease) : Promise.resolve()),
    [Symbol.asyncDispose]: async () => {},
  }
}

/** The bootstrapped administrator. */
export async function administrator(store: Store): Promise<Requester> {
  const result = await bootstrapCluster(store, {}, { now: () => Date.now() })
  const { users, keypairResourcePolicies } = store.tables
  await store.tx((tx) => tx.update(keypairResourcePolicies).set({ maxContainersPerSession: 4 }))
  const [user] = await store.db.select().from(users).limit(1)
  if (!result.created || !user) throw new Error('the store was not empty')
  return {
    accessKey: result.admin.accessKey,
    userUuid: user.uuid,
    email: user.email,
    role: 'superadmin',
    domainName: 'default',
    isAdmin: true,
    isSuperadmin: true,
    resourcePolicy: 'default',
    rateLimit: 10_000,
  }
}

export const request = (change: Partial<CreateSessionInput> = {}): CreateSessionInput => ({
  image: 'python',
  architecture: 'x86_64',
  name: 'test-session',
  type: 'interactive',
  tag: null,
  clusterSize: 1,
  clusterMode: 'single-node',
  enqueueOnly: false,
  maxWaitSeconds: 10,
  reuseIfExists: true,
  startupCommand: null,
  bootstrapScript: null,
  startsAt: null,
  dependencies: [],
  callbackUrl: null,
  domain: 'default',
  group: 'default',
  ownerAccessKey: null,
  clientToken: null,
  ...change,
  config: {
    mounts: [],
    mountMap: {},
    mountOptions: {},
    environ: {},
    resources: {},
    resourceOpts: {},
    scalingGroup: null,
    preopenPorts: [],
    agentList: [],
    ...change.config,
  },
})

export const create = (
  manager: TestManager,
  who: Requester,
  change: Partial<CreateSessionInput> = {},
): Promise<CreatedSession> => createSession(manager.services, who, request(change))

/** The session's row and its kernels', by rank. */
export async function rowsOf(store: Store, sessionId: string) {
  const { sessions, kernels } = store.tables
  const [session] = await store.db.select().from(sessions).where(eq(sessions.id, sessionId))
  const own = await store.db
    .select()
    .from(kernels)
    .where(eq(kernels.sessionId, sessionId))
    .orderBy(asc(kernels.localRank))
  if (!session) throw new Error(`no session ${sessionId}`)
  return { session, kernels: own, statuses: own.map((kernel) => kernel.status) }
}

export const untilStatus = (store: Store, sessionId: string, status: string) =>
  until(async () => {
    const rows = await rowsOf(store, sessionId)
    return rows.session.status === status && rows
  }, 5000)
