import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePorts } from '../ports.ts'
import { startPostgres } from '../postgres.ts'
import { runProduct } from '../product.ts'
import { startRedis } from '../redis.ts'
import type { Shape, ShapeOptions } from '../shapes.ts'
import type { TempDirectory } from '../temp.ts'
import { adminKeys, kernelPorts, passwordIn, placeBackend, shapeHome } from './home.ts'
import { expectNothingLeft } from './leftovers.ts'
import { type RoleProcess, type ShapeRole, startRoleProcess } from './role-process.ts'

type Settings = Record<string, Record<string, string | number | string[]>>

const WATCHER_TOKEN = 'test-watcher'

const toml = (settings: Settings): string =>
  Object.entries(settings)
    .map(([section, keys]) => {
      const lines = Object.entries(keys).map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
      return `[${section}]\n${lines.join('')}`
    })
    .join('\n')

const STORAGE_SECRET = 'between manager and storage'

/** What the shared configuration says of the storage proxy (config.md §1). */
const volumes = (client: string, manager: string) => ({
  _types: { user: '', group: '' },
  default_host: 'local:volume1',
  proxies: {
    local: { client_api: `http://${client}`, manager_api: `http://${manager}`, secret: STORAGE_SECRET },
  },
})

/** Stands in for systemd, which tests have none of: remembers in a file what the watcher asked of the unit. */
function placeSystemctl(home: TempDirectory): string {
  const state = home.at('unit-state')
  const script = `#!/bin/sh
case $1 in
  is-active) cat '${state}' 2>/dev/null || echo active ;;
  stop) echo inactive > '${state}' ;;
  *) echo active > '${state}' ;;
esac
`
  const folder = home.at('systemd')
  mkdirSync(folder)
  writeFileSync(join(folder, 'systemctl'), script, { mode: 0o755 })
  return folder
}

/** One process per role, each with its own data directory and configuration; PostgreSQL, Redis, ZeroMQ with CURVE. */
export async function startClusterShape(options: ShapeOptions): Promise<Shape> {
  await using stack = new AsyncDisposableStack()
  const backend = stack.use(await placeBackend(options.backend))
  const postgres = stack.use(await startPostgres())
  const redis = stack.use(await startRedis())
  const home = shapeHome('cluster')
  stack.defer(() => home[Symbol.dispose]())
  stack.defer(() => expectNothingLeft(home.path, backend.host))

  const ports = await freePorts(7)
  const kernels = kernelPorts()
  const at = (index: number): string => `127.0.0.1:${ports[index]}`
  const shared: Settings = { store: { url: postgres.url }, redis: { url: redis.url } }
  const roles = new Map<ShapeRole, RoleProcess>()
  const configOf = (role: ShapeRole): string => home.at(`${role}.toml`)
  const start = async (role: ShapeRole, settings: Settings, args: string[] = [], env = {}) => {
    writeFileSync(configOf(role), toml(settings), { mode: 0o600 })
    const started = await startRoleProcess({
      command: role,
      args: ['--config', configOf(role), ...args],
      env,
      dataDir: home.at(role),
      cwd: home.path,
    })
    roles.set(role, stack.use(started))
    return started
  }

  const settings = { ...shared, manager: { 'service-addr': at(0), 'rpc-listen-addr': at(1) } }
  const manager = await start('manager', settings, [], options.env)
  const administer = async (...command: string[]): Promise<string> => {
    const where = ['--data', home.at('manager'), '--config', configOf('manager')]
    const { code, stdout, stderr } = await runProduct(['mgr', ...command, ...where], { cwd: home.path })
    if (code !== 0) throw new Error(`mgr ${command.join(' ')} ended with ${code}: ${stderr}`)
    return stdout.trim()
  }
  const token = await administer('agent', 'token')
  await start(
    'agent',
    {
      agent: { 'scaling-group': 'default' },
      container: { 'bind-host': '127.0.0.1', 'advertised-host': '127.0.0.1' },
      resource: { 'reserved-cpu': 0, 'reserved-mem': 0, 'reserved-disk': 0 },
    },
    [
      ...['--join-token', token, '--set', `container.port-range=${JSON.stringify(kernels)}`, '--drain'],
      ...backend.args,
    ],
    backend.env,
  )
  await start('storage-proxy', {
    'api.client': { 'service-addr': at(2) },
    'api.manager': { 'service-addr': at(3), secret: STORAGE_SECRET },
  })
  writeFileSync(home.at('volumes.json'), JSON.stringify(volumes(at(2), at(3))), { mode: 0o600 })
  const told = await runProduct(
    ['mgr', 'etcd', 'put-json', 'volumes', home.at('volumes.json'), '--data', home.at('manager')],
    { cwd: home.path },
  )
  if (told.code !== 0) throw new Error(`mgr etcd put-json ended with ${told.code}: ${told.stderr}`)
  const web = await start('webserver', {
    redis: { url: redis.url },
    webserver: { 'service-addr': at(4) },
    'webserver.api': { endpoint: [`http://${at(0)}`] },
  })
  await start('app-proxy', { ...shared, 'app-proxy': { 'service-addr': at(5) } })
  const watcher = { 'service-addr': at(6), token: WATCHER_TOKEN }
  await start('watcher', { watcher }, [], { PATH: `${placeSystemctl(home)}:${process.env.PATH}` })
  await administer('etcd', 'put', 'config/watcher/port', `${ports[6]}`)
  await administer('etcd', 'put', 'config/watcher/token', WATCHER_TOKEN)

  const ofEach = <T>(value: (role: ShapeRole) => T) =>
    Object.fromEntries([...roles.keys()].map((role) => [role, value(role)])) as Record<ShapeRole, T>
  const processOf = (role: ShapeRole): RoleProcess => {
    const found = roles.get(role)
    if (!found) throw new Error(`no process plays ${role}`)
    return found
  }
  const password = await passwordIn(() => manager.server.output())
  const owned = stack.move()
  return {
    name: 'cluster',
    endpoint: manager.ready.endpoint ?? `http://${at(0)}`,
    web: web.ready.endpoints.web ?? `http://${at(4)}`,
    ...adminKeys(home.at('manager')),
    password,
    dataDir: home.at('manager'),
    dataDirs: ofEach((role) => home.at(role)),
    store: postgres.url,
    dockerHost: backend.host,
    kernelPorts: kernels,
    get pids() {
      return ofEach((role) => processOf(role).pid)
    },
    logs: () => [...roles.values()].map((role) => role.logs()).join('\n'),
    kill: (role) => processOf(role).kill(),
    restart: (role) => processOf(role).restart(),
    stumble: (role, afterMs) => processOf(role).stumble(afterMs),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
