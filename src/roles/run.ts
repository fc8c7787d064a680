import { CONFIG_FLAGS_HELP } from '../config/source/flags.ts'
import { storeTarget } from '../config/targets.ts'
import { VERSION } from '../core/version.ts'
import { openContext, type RoleContext } from './context.ts'
import { newAdminText } from './greeting.ts'
import { namingListenKeys } from './listen-keys.ts'
import { clusterPorts } from './ports.ts'
import { ROLE_NAMES, type RoleName, type RunningRole } from './role.ts'
import { stopSignal } from './stop-signal.ts'
import { type UpOptions, upOptions } from './up-options.ts'
import { writeFileWhole } from './write-file.ts'

const isRole = (name: string): name is RoleName => (ROLE_NAMES as readonly string[]).includes(name)

/** `backendai manager` and its siblings: one role in this process, on the cluster drivers. */
export async function runRole(name: string, argv: string[]): Promise<number> {
  if (!isRole(name)) throw new Error(`there is no role "${name}"`)
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(helpOf(name))
    return 0
  }
  const context = openContext(name, argv)
  const options = upOptions(context.rest)
  const stopped = stopSignal()
  await using role = await namingListenKeys(context.config, () => STARTERS[name](context, options))
  context.log.info({ role: name, ...role.endpoints }, 'ready')
  if (options.readyFile) {
    const ready = { endpoints: role.endpoints, endpoint: role.endpoints.api, pid: process.pid }
    writeFileWhole(options.readyFile, `${JSON.stringify(ready)}\n`, 0o600)
  }
  const signal = await stopped
  context.log.info({ role: name, signal }, 'stopping')
  return 0
}

type Starter = (context: RoleContext, options: UpOptions) => Promise<RunningRole>

const STARTERS: Record<RoleName, Starter> = {
  manager: startManagerRole,
  agent: startAgentRole,
  'storage-proxy': async (context) => (await import('./storage-proxy.ts')).wireStorageProxy(context),
  webserver: startWebserverRole,
  'app-proxy': async ({ config, log }) =>
    (await import('../app-proxy/role.ts')).startAppProxy({
      settings: config.appProxy,
      version: VERSION,
      log,
    }),
  watcher: startWatcherRole,
}

async function startManagerRole(context: RoleContext, { quiet }: { quiet: boolean }): Promise<RunningRole> {
  const { wireManager } = await import('./manager.ts')
  const { ManagerEnd } = await import('../wire/agent-link/manager-end.ts')
  const { ZeromqServerTransport } = await import('../wire/agent-link/zeromq.ts')
  const { IoThread } = await import('../wire/zeromq/io-thread.ts')
  const { clock, log, config } = context
  await using stack = new AsyncDisposableStack()
  const shared = stack.use(await clusterPorts(context))
  if (storeTarget(config).kind === 'sqlite') log.warn({}, 'the store is SQLite: only one manager may run')
  const io = stack.use(await IoThread.start())
  const { host, port } = config.manager.rpcListenAddr
  let transport: InstanceType<typeof ZeromqServerTransport> | null = null
  const manager = await wireManager(
    context,
    shared,
    {
      open: async (secrets) => {
        const { secretKey, secret } = await secrets()
        transport = new ZeromqServerTransport(io, `tcp://${host}:${port || '*'}`, secretKey)
        return new ManagerEnd({ transport, secret, clock, log })
      },
      endpoint: () => transport?.endpoint ?? null,
    },
    { embedded: false },
  )
  stack.use(manager)
  if (manager.admin && !quiet) process.stdout.write(newAdminText(manager.admin))
  return owning(manager, stack.move())
}

async function startAgentRole(context: RoleContext, options: { drain: boolean }): Promise<RunningRole> {
  const { joinedManagers } = await import('./join.ts')
  const { wireAgent } = await import('./agent.ts')
  const { AgentEnd } = await import('../wire/agent-link/agent-end.ts')
  const { ZeromqClientTransport } = await import('../wire/agent-link/zeromq.ts')
  const { generateCurveKeypair } = await import('../wire/zeromq/curve.ts')
  const { IoThread } = await import('../wire/zeromq/io-thread.ts')
  const { clock, log } = context
  const token = joinedManagers(context)
  await using stack = new AsyncDisposableStack()
  const io = stack.use(await IoThread.start())
  const keypair = await generateCurveKeypair()
  const link = stack.use(
    new AgentEnd({
      transports: token.addrs.map((addr) => new ZeromqClientTransport(io, addr, token.serverKey, keypair)),
      secret: token.secret,
      clock,
      log,
    }),
  )
  const agent = stack.use(await wireAgent(context, link, options))
  return owning(agent, stack.move())
}

async function startWebserverRole(context: RoleContext): Promise<RunningRole> {
  const { wireWebserver } = await import('./webserver.ts')
  await using stack = new AsyncDisposableStack()
  const shared = stack.use(await clusterPorts(context))
  const webserver = stack.use(await wireWebserver(context, shared.cache, null))
  return owning(webserver, stack.move())
}

async function startWatcherRole({ config, log }: RoleContext): Promise<RunningRole> {
  const { startWatcher } = await import('../watcher/role.ts')
  const { systemdSupervisor } = await import('../watcher/supervisor.ts')
  return startWatcher({
    settings: config.watcher,
    token: async () => config.watcher.token,
    supervisor: systemdSupervisor(config.watcher.targetService),
    // A watcher on its own reads no shared configuration.
    mountRoot: async () => null,
    log,
  })
}

const owning = (role: RunningRole, stack: AsyncDisposableStack): RunningRole => ({
  name: role.name,
  endpoints: role.endpoints,
  [Symbol.asyncDispose]: () => stack.disposeAsync(),
})

const helpOf = (name: RoleName): string => `usage: backendai ${name} [OPTIONS]

Runs the ${name} of a cluster in this process until SIGTERM or Ctrl-C.

Options
${CONFIG_FLAGS_HELP}
      --ready-file FILE write the addresses as JSON once it runs
${name === 'agent' ? '      --drain           end all sessions of this node when stopping\n' : ''}
"config.example.toml" documents every key.
`
