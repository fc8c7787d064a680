import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import { schedulerFifo } from '../../plugins/scheduler-fifo/index.ts'
import { adminSocketPath } from '../admin/socket-path.ts'
import { serveAdmin } from '../admin/socket-server.ts'
import type { SharedConfig } from '../config/shared.ts'
import { storeTarget } from '../config/targets.ts'
import { openStore } from '../db/open.ts'
import { createSharedConfig } from '../db/shared-config.ts'
import type { ManagerPorts } from '../manager/context.ts'
import { startManager } from '../manager/role.ts'
import { type AdminCredentials, bootstrapCluster } from '../manager/services/bootstrap.ts'
import { type LinkSecrets, linkSecrets } from '../manager/services/link-secrets.ts'
import { createManagerPlugins } from '../manager/services/plugins/manager-plugins.ts'
import { createHttpStorageHosts } from '../manager/storage/http-storage-hosts.ts'
import type { AgentLink } from '../wire/agent-link.ts'
import { encodeJoinToken } from '../wire/join-token.ts'
import { openAdminFile } from './admin-file.ts'
import type { RoleContext } from './context.ts'
import { MANAGER_PLUGINS } from './manager-plugins.ts'
import { nodeSecret } from './node-secret.ts'
import type { SharedPorts } from './ports.ts'
import type { RunningRole } from './role.ts'
import { rpcAddress } from './rpc-address.ts'

export interface WiredManager extends RunningRole {
  /** Only when the cluster is new: its password has not been shown yet. */
  readonly admin: AdminCredentials | null
  /** Where the first administrator's keypair is; null when the accounts were there before the first start. */
  readonly adminFile: string | null
  readonly ports: ManagerPorts
}

/** How agents reach this manager. */
export interface ManagerWire {
  open(secrets: () => Promise<LinkSecrets>): Promise<AgentLink>
  /** Where it listens, once it does; null when agents share the process. */
  endpoint(): string | null
}

/** Opens the store, makes the first administrator where there is none, and starts the manager. */
export async function wireManager(
  context: RoleContext,
  shared: SharedPorts,
  wire: ManagerWire,
  options: { embedded: boolean },
): Promise<WiredManager> {
  const { config, dataDir, clock } = context
  const log = context.log.child({ role: 'manager' })
  const managerId = config.manager.id ?? `i-${hostname()}`
  await using stack = new AsyncDisposableStack()
  const store = stack.use(
    await openStore(storeTarget(config), { clock, log, source: 'manager', role: config.role }),
  )
  const sharedConfig = createSharedConfig(store)
  const adminPath = join(dataDir, 'admin.json')
  const adminFile = openAdminFile(adminPath)
  const { credentials } = adminFile
  await bootstrapCluster(store, { admin: credentials }, { now: () => clock.now() })
  const { keypairs } = store.tables
  const isNewAdmin =
    (await store.db.select().from(keypairs).where(eq(keypairs.accessKey, credentials.accessKey))).length > 0
  const agents = stack.use(await wire.open(() => linkSecrets(sharedConfig)))
  const plugins = stack.use(
    createManagerPlugins(
      { store, config: sharedConfig, clock, log },
      {
        ...MANAGER_PLUGINS,
        allowed: config.manager.allowedPlugins,
        disabled: config.manager.disabledPlugins,
      },
    ),
  )
  const ports: ManagerPorts = {
    // The same after a restart, so that a killed manager's leases are its own again at once.
    managerId: options.embedded ? managerId : `${managerId}-${nodeSecret(dataDir, 'manager').slice(0, 8)}`,
    store,
    bus: shared.bus,
    cache: shared.cache,
    config: sharedConfig,
    agents,
    storage: createHttpStorageHosts({ config: sharedConfig, log }),
    schedulers: [schedulerFifo],
    plugins,
    clock,
    log,
  }
  const { serviceAddr } = config.manager
  const running = stack.use(
    await startManager({
      ports,
      listen: { host: serviceAddr.host, port: serviceAddr.port },
      settings: {
        heartbeatTimeoutMs: config.manager.heartbeatTimeout * 1000,
        hideAgents: config.manager.hideAgents,
        introspection: options.embedded ? true : null,
        maxMessageBytes: config.manager.maxWsmsgSize,
        trustedProxies: config.manager.trustedProxies,
        ...(process.env.BACKENDAI_COVERAGE ? { coverageFile: process.env.BACKENDAI_COVERAGE } : {}),
        importerImage: config.manager.importerImage,
      },
    }),
  )
  stack.use(
    await serveAdmin({
      path: adminSocketPath(dataDir),
      store,
      config: sharedConfig,
      clock,
      log,
      ...running.administration,
      api: running.endpoints.api,
      ...(options.embedded ? {} : { joinToken: () => joinToken(context, sharedConfig, wire) }),
    }),
  )
  adminFile.confirm(isNewAdmin, running.endpoints.api ?? '')
  const owned = stack.move()
  return {
    name: 'manager',
    endpoints: running.endpoints,
    admin: isNewAdmin ? credentials : null,
    adminFile: existsSync(adminPath) ? adminPath : null,
    ports,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function joinToken(context: RoleContext, config: SharedConfig, wire: ManagerWire): Promise<string> {
  const endpoint = wire.endpoint()
  if (!endpoint) throw new Error('this manager takes no agents from elsewhere')
  const { publicKey, secret } = await linkSecrets(config)
  return encodeJoinToken({ addrs: [rpcAddress(context, endpoint)], serverKey: publicKey, secret })
}
