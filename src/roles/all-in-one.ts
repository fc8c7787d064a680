import { VERSION } from '../core/version.ts'
import { AgentEnd } from '../wire/agent-link/agent-end.ts'
import { DirectTransport } from '../wire/agent-link/direct.ts'
import { ManagerEnd } from '../wire/agent-link/manager-end.ts'
import { openContext, type RoleContext } from './context.ts'
import { greetingText } from './greeting.ts'
import { namingListenKeys } from './listen-keys.ts'
import { wireManager } from './manager.ts'
import { embeddedPorts } from './ports.ts'
import type { RoleName, RunningRole } from './role.ts'
import { stopSignal } from './stop-signal.ts'
import { UP_HELP, upOptions } from './up-options.ts'
import { writeFileWhole } from './write-file.ts'

/** The direct link never leaves the process, so this only has to be the same at both ends. */
const DIRECT_SECRET = 'direct'

/** `backendai up`: every role in this process, on the embedded drivers. */
export async function up(argv: string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(UP_HELP)
    return 0
  }
  const context = openContext('up', argv)
  const options = upOptions(context.rest)
  const stopped = stopSignal()
  await using cluster = await namingListenKeys(context.config, () =>
    startCluster(context, { drain: options.drain }),
  )
  if (options.readyFile) writeFileWhole(options.readyFile, readyJson(cluster), 0o600)
  if (!options.quiet) {
    process.stdout.write(
      greetingText({
        version: VERSION,
        endpoints: cluster.endpoints,
        runtimes: cluster.runtimes,
        dataDir: context.dataDir,
        logFile: context.logFile,
        admin: cluster.admin,
        adminFile: cluster.adminFile,
        scratchRoot: cluster.scratchRoot,
        attended: !options.unattended,
      }),
    )
  }
  const signal = await stopped
  context.log.info({ signal }, 'stopping')
  if (!options.quiet && !options.unattended) {
    const fate = options.drain ? 'sessions of this node end' : 'sessions keep running'
    process.stdout.write(`Stopping; ${fate}.\n`)
  }
  return 0
}

type Cluster = Awaited<ReturnType<typeof startCluster>>

/** Starts the configured roles, managers first; a failure stops those that run already. */
export async function startCluster(context: RoleContext, options: { drain: boolean }) {
  const wanted = new Set<RoleName>(context.config.up.roles)
  await using stack = new AsyncDisposableStack()
  const endpoints: Record<string, string> = {}
  const adopt = <R extends RunningRole>(role: R): R => {
    stack.use(role)
    Object.assign(endpoints, role.endpoints)
    context.log.info({ role: role.name, ...role.endpoints }, 'role started')
    return role
  }

  const { clock, log } = context
  const shared = stack.use(await embeddedPorts(context))
  const transport = new DirectTransport()
  const manager = adopt(
    await wireManager(
      context,
      shared,
      {
        open: async () => new ManagerEnd({ transport, secret: DIRECT_SECRET, clock, log }),
        endpoint: () => null,
      },
      { embedded: true },
    ),
  )
  const startAgent = async () => {
    // Loaded now, so that the API answers before it.
    const { wireAgent } = await import('./agent.ts')
    const link = new AgentEnd({ transports: [transport.connect()], secret: DIRECT_SECRET, clock, log })
    return adopt(await wireAgent(context, link, options))
  }
  const agent = wanted.has('agent') ? await startAgent() : null
  if (wanted.has('storage-proxy')) {
    const { introduceStorageProxy, wireStorageProxy } = await import('./storage-proxy.ts')
    const proxy = adopt(await wireStorageProxy(context))
    await introduceStorageProxy(context, proxy, manager.ports.config)
  }
  if (wanted.has('webserver')) {
    const { wireWebserver } = await import('./webserver.ts')
    adopt(await wireWebserver(context, shared.cache, endpoints.api ?? null))
  }
  if (wanted.has('app-proxy')) {
    const { startAppProxy } = await import('../app-proxy/role.ts')
    const settings = context.config.appProxy
    adopt(await startAppProxy({ settings, version: VERSION, log: log.child({ role: 'app-proxy' }) }))
  }
  if (wanted.has('watcher')) {
    const { startWatcher } = await import('../watcher/role.ts')
    const { statusOnlySupervisor } = await import('../watcher/supervisor.ts')
    const watcher = adopt(
      await startWatcher({
        settings: context.config.watcher,
        token: () => manager.ports.config.get('config/watcher/token'),
        supervisor: statusOnlySupervisor(() => agent !== null),
        mountRoot: () => manager.ports.config.get('volumes/_mount'),
        log: log.child({ role: 'watcher' }),
      }),
    )
    const { port } = new URL(watcher.endpoints.watcher ?? '')
    await manager.ports.config.set('config/watcher/port', port)
  }
  const owned = stack.move()
  return {
    endpoints,
    admin: manager.admin,
    adminFile: manager.adminFile,
    scratchRoot: agent?.scratchRoot ?? null,
    runtimes: agent?.runtimes ?? null,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** For scripts that wait for `up`: addresses and what can run, nothing secret. */
function readyJson({ endpoints, runtimes }: Cluster): string {
  const backend = runtimes && { name: runtimes.backend, description: runtimes.description }
  const ready = {
    endpoint: endpoints.api,
    web: endpoints.web,
    endpoints,
    backend,
    firstImage: runtimes?.firstImage ?? null,
    pid: process.pid,
  }
  return `${JSON.stringify(ready)}\n`
}
