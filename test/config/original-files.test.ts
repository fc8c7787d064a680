import { expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ConfigError } from '../../src/config/config-error.ts'
import { loadConfig } from '../../src/config/loader.ts'
import type { ConfigRole } from '../../src/config/role.ts'
import { redisTarget, storeTarget } from '../../src/config/targets.ts'
import { tempDirectory } from '../harness/temp.ts'

const data = resolve(import.meta.dir, '../compat/data/configs')
const load = (role: ConfigRole, path: string) =>
  loadConfig({
    role,
    env: {},
    cwd: '/',
    home: '/home/u',
    isRoot: false,
    argvFlags: { files: [path], set: {} },
  })

test('manager-halfstack.toml', () => {
  const config = load('manager', join(data, 'manager-halfstack.toml'))
  expect(storeTarget(config)).toEqual({
    kind: 'postgresql',
    url: 'postgres://postgres:develove@localhost:8100/backend',
    poolSize: 8,
  })
  expect(config.manager).toMatchObject({ serviceAddr: { host: '0.0.0.0', port: 8081 }, hideAgents: true })
  expect(config.logging.level).toBe('info')
  expect(config.warnings.filter((line) => line.startsWith('settings of the original'))).toHaveLength(1)
  for (const key of [
    '[etcd]',
    'manager.num-proc',
    'db.pool-recycle',
    '[docker-registry]',
    'logging.logstash',
  ]) {
    expect(config.warnings[0]).toContain(key)
  }
})

test('agent-halfstack.toml', () => {
  const config = load('agent', join(data, 'agent-halfstack.toml'))
  expect(config.agent).toMatchObject({
    backend: 'docker',
    varBasePath: '/var/lib/backend.ai',
    mountPath: '/vfroot/local',
  })
  expect(config.container).toMatchObject({
    portRange: { from: 30000, to: 31000 },
    scratchSize: 1024 ** 3,
    scratchRoot: '/scratches',
  })
  expect(config.watcher.serviceAddr).toEqual({ host: '127.0.0.1', port: 6009 })
  expect(config.warnings.filter((line) => line.startsWith('settings of the original'))).toHaveLength(1)
  expect(config.warnings[0]).toContain('agent.rpc-listen-addr')
})

test('storage-proxy-halfstack.toml', () => {
  const config = load('storage-proxy', join(data, 'storage-proxy-halfstack.toml'))
  expect(config.storageProxy).toMatchObject({
    nodeId: 'i-storage-proxy-local',
    maxUploadSize: 100 * 1024 ** 3,
    sessionExpire: 86400,
  })
  expect(config.api.manager).toMatchObject({
    serviceAddr: { host: '127.0.0.1', port: 6022 },
    secret: 'some-secret-shared-with-manager',
  })
  expect(config.volume).toEqual({
    volume1: { backend: 'vfs', path: '/vfolder/local/volume1', fsprefix: '.', options: {} },
  })
})

test('webserver-halfstack.conf', () => {
  const config = load('webserver', join(data, 'webserver-halfstack.conf'))
  const { webserver } = config
  expect(webserver.serviceAddr).toEqual({ host: '0.0.0.0', port: 8090 })
  expect(webserver.service).toMatchObject({ webuiDebug: true, enable2fa: false, wsproxyUrl: null })
  expect(webserver.api.endpoint).toEqual(['https://api.backend.ai'])
  expect(webserver.ui.brand).toBe('Lablup Cloud')
  expect(webserver.pipeline.jwtSecret).toHaveLength(64)
  expect(webserver.session).toMatchObject({ maxAge: 604800, loginAllowedFailCount: 10 })
  expect(redisTarget(config)?.url).toBe('redis://localhost:6379/0')
  expect(config.debug.enabled).toBe(true)
})

test('wsproxy.toml', () => {
  using dir = tempDirectory('config')
  const path = dir.at('wsproxy.toml')
  const text = `[wsproxy]
    bind_host = "0.0.0.0"
    bind_api_port = 5050
    advertised_host = "proxy.example"
    bind_proxy_port_range = [10200, 10300]
    jwt_encrypt_key = "jwt"
    api_secret = "api"
    event_loop = "uvloop"
    aiomonitor_termui_port = 48500`
  writeFileSync(path, text)
  const { appProxy, warnings } = load('app-proxy', path)
  expect(appProxy).toMatchObject({
    serviceAddr: { host: '0.0.0.0', port: 5050 },
    advertisedAddr: { host: 'proxy.example', port: 10200 },
    portRange: { from: 10200, to: 10300 },
    jwtSecret: 'jwt',
    apiSecret: 'api',
  })
  expect(warnings[0]).toContain('wsproxy.event-loop, wsproxy.aiomonitor-termui-port')
})

test('an unknown key is told in the spelling of its file', () => {
  using dir = tempDirectory('config')
  const path = dir.at('webserver.conf')
  writeFileSync(path, '[service]\nip = "0.0.0.0"\nenable_sigup = true\n[session]\nmax_age = "long"')
  expect(() => load('webserver', path)).toThrow(ConfigError)
  expect(() => load('webserver', path)).toThrow(
    'service.enable_sigup: unknown key; did you mean "enable-signup"?',
  )
  expect(() => load('webserver', path)).toThrow('session.max_age: expected a duration')
})

test('[manager] addr of an agent is the manager to dial', () => {
  using dir = tempDirectory('config')
  const path = dir.at('agent.toml')
  writeFileSync(path, '[manager]\naddr = "10.0.0.1"\n[agent]\nmode = "docker"')
  expect(load('agent', path).agent.managerAddrs).toEqual(['tcp://10.0.0.1:6001'])
})

const shared = resolve(process.env.BACKENDAI_SHARED ?? '../shared', 'reference/configs')
test.if(existsSync(shared))('the copies here are those of the shared reference', () => {
  expect(readdirSync(data).sort()).toEqual(readdirSync(shared).sort())
  for (const name of readdirSync(shared)) {
    expect(readFileSync(join(data, name), 'utf8')).toBe(readFileSync(join(shared, name), 'utf8'))
  }
})
