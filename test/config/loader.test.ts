import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { ConfigError, formatIssue } from '../../src/config/config-error.ts'
import { type LoadOptions, loadConfig } from '../../src/config/loader.ts'
import { PENDING_KEYS } from '../../src/config/pending-keys.ts'
import { configSchema } from '../../src/config/schema/index.ts'
import { schemaAt } from '../../src/config/schema/section.ts'
import { parseConfigFlags } from '../../src/config/source/flags.ts'
import { type TempDirectory, tempDirectory } from '../harness/temp.ts'

let dir: TempDirectory
beforeEach(() => {
  dir = tempDirectory('config')
})
afterEach(() => dir[Symbol.dispose]())

function write(name: string, text: string): string {
  const path = dir.at(name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

interface Given extends Partial<Omit<LoadOptions, 'argvFlags'>> {
  argv?: string[]
}

const load = ({ argv = [], ...options }: Given = {}) =>
  loadConfig({
    role: 'manager',
    env: {},
    cwd: dir.at('cwd'),
    home: dir.at('home'),
    systemDir: dir.at('etc'),
    isRoot: false,
    argvFlags: parseConfigFlags(argv).flags,
    ...options,
  })

test('several faults stand below one headline', () => {
  const message = new ConfigError([
    { source: 'a.toml', key: 'x', message: 'unknown key' },
    { source: 'a.toml', key: '', message: 'odd' },
  ]).message
  expect(message).toBe('2 settings cannot be used:\n  a.toml: x: unknown key\n  a.toml: odd')
})

function issues(given: Given): string[] {
  try {
    load(given)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    expect(error.exitCode).toBe(2)
    return error.issues.map((issue) => formatIssue(issue).replaceAll(dir.path, ''))
  }
  throw new Error('the configuration was taken')
}

test('a directory is no configuration file', () => {
  mkdirSync(dir.at('folder'))
  expect(issues({ argv: ['--config', dir.at('folder')] })).toEqual([
    '/folder: expected a file; this is a directory',
  ])
})

describe('defaults', () => {
  test('a role listens for other machines, up does not', () => {
    expect(load().manager.serviceAddr).toEqual({ host: '0.0.0.0', port: 8081 })
    expect(load().resource.reservedCpu).toBe(1)
    const up = load({ role: 'up' })
    expect(up.manager.serviceAddr).toEqual({ host: '127.0.0.1', port: 8081 })
    expect(up.webserver.serviceAddr).toEqual({ host: '127.0.0.1', port: 8080 })
    expect(up.resource).toMatchObject({ reservedCpu: 0, reservedMem: 0, reservedDisk: 0 })
  })

  test('only the port is given: the host stays', () => {
    const { manager } = load({ role: 'up', argv: ['--set', 'manager.service-addr=:9000'] })
    expect(manager.serviceAddr).toEqual({ host: '127.0.0.1', port: 9000 })
  })

  test('the data directory holds what has no path of its own', () => {
    expect(load({ isRoot: true }).data.dir).toBe('/var/lib/backendai')
    expect(load().data.dir).toBe(dir.at('home/.local/share/backendai'))
    const config = load({ argv: ['--data', 'd', '--set', 'container.scratch-root=s'] })
    expect(config.agent.ipcBasePath).toBe(dir.at('cwd/d/ipc'))
    expect(config.container.scratchRoot).toBe(dir.at('cwd/s'))
    expect(load({ argv: ['--set', 'manager.ssl-cert=c.pem'] }).manager.sslCert).toBe(dir.at('cwd/c.pem'))
  })
})

describe('files', () => {
  test('the first of current directory, home and system is taken', () => {
    write('etc/backendai.toml', '[manager]\nid = "system"')
    expect(load().manager.id).toBe('system')
    write('home/.config/backend.ai/backendai.toml', '[manager]\nid = "home"')
    expect(load().manager.id).toBe('home')
    const path = write('cwd/backendai.toml', '[manager]\nid = "here"')
    expect(load()).toMatchObject({ manager: { id: 'here' }, files: [path] })
  })

  test("the original's file of the role lies below ours; up does not look for it", () => {
    write('etc/manager.toml', '[manager]\nid = "old"\nheartbeat-timeout = 5')
    write('cwd/backendai.toml', '[manager]\nid = "new"')
    expect(load().manager).toMatchObject({ id: 'new', heartbeatTimeout: 5 })
    expect(load().files).toEqual([dir.at('etc/manager.toml'), dir.at('cwd/backendai.toml')])
    expect(load({ role: 'up' }).files).toEqual([dir.at('cwd/backendai.toml')])
    expect(load({ role: 'agent' }).manager.heartbeatTimeout).toBe(40)
  })

  test('named files replace the search, BACKEND_CONFIG_FILE too', () => {
    write('cwd/backendai.toml', '[manager]\nid = "here"')
    const a = write('a.toml', '[manager]\nid = "a"\nhide-agents = true')
    const b = write('b.toml', '[manager]\nid = "b"')
    expect(load({ env: { BACKEND_CONFIG_FILE: a } }).manager.id).toBe('a')
    expect(
      load({ argv: ['-f', a, `--config=${b}`], env: { BACKEND_CONFIG_FILE: 'x' } }).manager,
    ).toMatchObject({
      id: 'b',
      hideAgents: true,
    })
  })

  test('a named file that is missing, and broken TOML, are told with their place', () => {
    expect(issues({ argv: ['-f', 'none.toml'] })).toEqual(['/cwd/none.toml: no such file'])
    write('cwd/backendai.toml', '[manager]\nid = \n')
    expect(issues({})[0]).toMatch(/^\/cwd\/backendai.toml: .+ \(line 2, column \d+\)$/)
  })

  test('wrong keys and values are told with file, key and expectation, all at once', () => {
    write(
      'cwd/backendai.toml',
      `[manager]
       heartbeat-timout = 1
       service-addr = "a:b:c"
       [agent]
       kernel-creation-concurrency = 33
       backend = "kvm"
       [container]
       port-range = [31000, 30000]
       [resource]
       reserved-mem = "lots"
       [nonsense]`,
    )
    expect(issues({}).sort()).toEqual([
      '/cwd/backendai.toml: agent.backend: expected one of "auto", "docker", "process", got "kvm"',
      '/cwd/backendai.toml: agent.kernel-creation-concurrency: expected a whole number of at least 1 and at most 32, got 33',
      '/cwd/backendai.toml: container.port-range: expected a range of ports such as [30000, 31000] or "30000-31000", got [31000,30000]',
      '/cwd/backendai.toml: manager.heartbeat-timout: unknown key; did you mean "heartbeat-timeout"?',
      '/cwd/backendai.toml: manager.service-addr: expected an address such as "127.0.0.1:8081" or { host = "127.0.0.1", port = 8081 }, got "a:b:c"',
      '/cwd/backendai.toml: nonsense: unknown key',
      '/cwd/backendai.toml: resource.reserved-mem: expected a size in bytes, such as "512m", "1G" or 1073741824, got "lots"',
    ])
  })

  test('secrets are not repeated', () => {
    write('cwd/backendai.toml', '[store]\npassword = 1234')
    expect(issues({})).toEqual(['/cwd/backendai.toml: store.password: expected text'])
  })

  test('a section that is no table is told', () => {
    write('cwd/backendai.toml', 'manager = 1')
    expect(issues({})[0]).toStartWith('/cwd/backendai.toml: manager: expected')
  })
})

describe('environment and command line', () => {
  test('every key has a variable, typed by its schema', () => {
    const config = load({
      env: {
        BACKENDAI_MANAGER__HEARTBEAT_TIMEOUT: '1m',
        BACKENDAI_MANAGER__HIDE_AGENTS: 'true',
        BACKENDAI_MANAGER__ID: '42',
        BACKENDAI_MANAGER__DISABLED_PLUGINS: 'a, b',
        BACKENDAI_API__CLIENT__SERVICE_ADDR: '[::1]:7',
        BACKENDAI_VOLUME__FAST__PATH: '/fast',
        BACKENDAI_SHARED: '../elsewhere',
        BACKENDAI_DATA: '/data',
      },
    })
    expect(config.manager).toMatchObject({
      heartbeatTimeout: 60,
      hideAgents: true,
      id: '42',
      disabledPlugins: ['a', 'b'],
    })
    expect(config.api.client.serviceAddr).toEqual({ host: '::1', port: 7 })
    expect(config.volume).toEqual({ fast: { backend: 'vfs', path: '/fast', fsprefix: '.', options: {} } })
    expect(config.data.dir).toBe('/data')
  })

  test('command line over environment over file', () => {
    write('cwd/backendai.toml', '[manager]\nid = "file"\nheartbeat-timeout = 1\nservice-addr = "h:1"')
    const env = {
      BACKENDAI_MANAGER__ID: 'env',
      BACKENDAI_MANAGER__HEARTBEAT_TIMEOUT: '2',
      BACKEND_SERVICE_PORT: '2',
    }
    expect(load({ env, argv: ['--set', 'manager.id=flag'] }).manager).toMatchObject({
      id: 'flag',
      heartbeatTimeout: 2,
      serviceAddr: { host: 'h', port: 2 },
    })
  })

  test("the original's variables concern the role that starts", () => {
    const env = { BACKEND_SERVICE_IP: '1.2.3.4', BACKEND_DB_ADDR: 'db:1', BACKEND_DB_PASSWORD: 'p' }
    expect(load({ env }).manager.serviceAddr.host).toBe('1.2.3.4')
    expect(load({ env }).store).toMatchObject({ addr: { host: 'db', port: 1 }, password: 'p' })
    expect(load({ env, role: 'webserver' }).webserver.serviceAddr.host).toBe('1.2.3.4')
    expect(load({ env, role: 'webserver' }).manager.serviceAddr.host).toBe('0.0.0.0')
    expect(load({ env, role: 'storage-proxy' }).api.client.serviceAddr.host).toBe('1.2.3.4')
  })

  test('what is wrong there is told with its place', () => {
    expect(issues({ env: { BACKENDAI_MANAGER__NONE: 'x' } })).toEqual([
      'environment BACKENDAI_MANAGER__NONE: manager.none: unknown key',
    ])
    expect(issues({ argv: ['--set', 'debug.enabled=maybe'] })).toEqual([
      'command line: debug.enabled: expected true or false, got "maybe"',
    ])
    expect(() => parseConfigFlags(['--set', 'x'])).toThrow('option --set: expected KEY=VALUE')
    expect(() => parseConfigFlags(['--data'])).toThrow('option --data: expected a value')
  })

  test('other arguments pass, and all of them after --', () => {
    expect(parseConfigFlags(['--drain', '--data=d', 'x', '--', '--data', 'e'])).toEqual({
      flags: { files: [], set: { 'data.dir': 'd' } },
      rest: ['--drain', 'x', '--', '--data', 'e'],
    })
  })

  test('variables of the original without effect are one warning with its keys', () => {
    const file = write(
      'cwd/manager.toml',
      '[etcd]\nnamespace = "local"\n[manager]\nnum-proc = 4\nevent-loop = "uvloop"',
    )
    expect(load({ env: { BACKEND_NAMESPACE: 'x', BACKEND_ETCD_PASSWORD: 'hidden' } }).warnings).toEqual([
      `settings of the original without effect here: ${file}: [etcd], manager.num-proc, manager.event-loop; ` +
        'environment: BACKEND_NAMESPACE, BACKEND_ETCD_PASSWORD',
    ])
    expect(load({ role: 'agent' }).warnings).toEqual([])
  })

  test('keys that nothing acts on yet are told when they are set, and only then', () => {
    expect(load().warnings).toEqual([])
    expect(load({ role: 'up' }).warnings).toEqual([])
    expect(load({ argv: ['--set', 'container.stats-type=cgroup'] }).warnings).toEqual([
      'settings without effect in this version: container.stats-type',
    ])
  })

  test('every key in that list is a key of the schema', () => {
    const unknown = PENDING_KEYS.filter((key) => schemaAt(configSchema, key.split('.')) === null)
    expect(unknown).toEqual([])
  })
})
