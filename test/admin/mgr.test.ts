import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { adminSocketPath } from '../../src/admin/socket-path.ts'
import { serveAdmin } from '../../src/admin/socket-server.ts'
import { openSqliteStore } from '../../src/db/drivers/sqlite.ts'
import { createSharedConfig } from '../../src/db/shared-config.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import { type TempDirectory, tempDirectory } from '../harness/temp.ts'
import { admin } from './admin.ts'
import { serveHere } from './admin-place.ts'

const configs = resolve(import.meta.dir, '../compat/data/configs')
let dir: TempDirectory
beforeEach(() => {
  dir = tempDirectory('admin')
})
afterEach(() => dir[Symbol.dispose]())
const mgr = (...argv: string[]) => admin(dir, ['mgr', ...argv])

test('help fits 80 columns', async () => {
  for (const words of [
    ['--help'],
    ['mgr', '--help'],
    ['mgr', 'etcd', '--help'],
    ['mgr', 'fixture', '--help'],
    ['mgr', 'image', '--help'],
    ['mgr', 'image', 'set-resource-limit', '--help'],
    ['mgr', 'image', 'rescan', '--help'],
    ['mgr', 'agent', '--help'],
    ['mgr', 'agent', 'ping', '--help'],
    ['mgr', 'gql', '--help'],
    ['mgr', 'gql', 'query', '--help'],
    ['mgr', 'scheduler', '--help'],
    ['mgr', 'user', 'reset-password', '--help'],
    ['mgr', 'dbshell', '--help'],
    ['mgr', 'clear-history', '--help'],
    ['mgr', 'generate-keypair', '--help'],
    ['ag', 'status', '--help'],
    ['storage', '--help'],
    ['web', '--help'],
  ]) {
    const { out } = await admin(dir, words)
    expect(out).toContain('Usage')
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([])
  }
})

describe('while the role is down', () => {
  test('schema show tells without touching, oneshot creates', async () => {
    expect((await mgr('schema', 'show')).out).toContain('0000_initial  not applied')
    expect(await mgr('etcd', 'get', 'x')).toMatchObject({
      code: 1,
      err: expect.stringContaining('schema oneshot'),
    })
    expect((await mgr('schema', 'oneshot')).out).toStartWith('sqlite database: up to date')
    const { migrations } = JSON.parse((await mgr('schema', 'show', '--json')).out)
    expect(migrations[0]).toEqual({ tag: '0000_initial', appliedAt: expect.stringMatching(/^20\d\d-.+Z$/) })
  })

  test('a data directory is made as up makes it, and one that is a file is refused', async () => {
    await mgr('schema', 'oneshot')
    expect((statSync(dir.at('data')).mode & 0o777).toString(8)).toBe('711')
    writeFileSync(dir.at('file'), '')
    expect(await mgr('--data', dir.at('file'), 'schema', 'oneshot')).toMatchObject({
      code: 2,
      err: `backendai: command line: data.dir: expected a directory that can be written; ${dir.at('file')} is a file\n`,
    })
  })

  test('a fixture that cannot be loaded is named with row and column', async () => {
    writeFileSync(dir.at('bad.json'), '{"domains": [{"name": "d", "nope": 1}]}')
    expect(await mgr('fixture', 'populate', 'bad.json')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^backendai: bad\.json: domains row 1: unknown column "nope"/),
    })
  })

  test('etcd put, get, ls, delete and move-subtree', async () => {
    await mgr('schema', 'oneshot')
    expect((await mgr('etcd', 'put', '/config/a/', '1')).out).toBe('set config/a\n')
    await mgr('etcd', 'put', 'config/a/b', 'two words')
    expect((await mgr('etcd', 'get', 'config/a')).out).toBe('1\n')
    expect(JSON.parse((await mgr('etcd', 'get', '--prefix', 'config')).out)).toEqual({
      a: { '': '1', b: 'two words' },
    })
    expect((await mgr('etcd', 'ls')).out).toBe('config/a = 1\nconfig/a/b = two words\n')
    await mgr('etcd', 'move-subtree', 'config/a', 'config/y')
    await mgr('etcd', 'move', 'config/y', 'config/z')
    expect((await mgr('etcd', 'ls', 'config')).out).toBe('config/z = 1\nconfig/z/b = two words\n')
    await mgr('etcd', 'delete', '--prefix', 'config')
    expect(await mgr('etcd', 'get', 'config/z')).toMatchObject({
      code: 1,
      err: 'backendai: no such key: config/z\n',
    })
  })

  test('a dump of the original goes in and comes out', async () => {
    await mgr('schema', 'oneshot')
    const dump = await Bun.file(`${configs}/manager-sample.etcd.volumes.json`).json()
    expect(
      (await mgr('etcd', 'put-json', 'volumes', `${configs}/manager-sample.etcd.volumes.json`)).code,
    ).toBe(0)
    const exported = await mgr('etcd', 'get', '--prefix', '')
    expect(JSON.parse(exported.out)).toEqual({ volumes: dump })
    await mgr('etcd', 'delete', '--prefix', 'volumes')
    expect((await admin(dir, ['mgr', 'etcd', 'put-json', '', '-'], exported.out)).code).toBe(0)
    expect((await mgr('etcd', 'get', '--prefix', '')).out).toBe(exported.out)
  })

  test('put-json refuses what is no tree and writes nothing', async () => {
    await mgr('schema', 'oneshot')
    writeFileSync(dir.at('bad.json'), '{"a": "1", "b": {"c": null}}')
    expect(await mgr('etcd', 'put-json', 'x', 'bad.json')).toMatchObject({
      code: 1,
      err: expect.stringContaining('b/c: expected'),
    })
    writeFileSync(dir.at('broken.json'), '{')
    expect(await mgr('etcd', 'put-json', 'x', 'broken.json')).toMatchObject({
      code: 1,
      err: expect.stringContaining('broken.json: no valid JSON'),
    })
    expect((await mgr('etcd', 'ls')).out).toBe('\n')
  })

  test('quote and unquote need no database', async () => {
    expect((await mgr('etcd', 'quote', 'a/b c')).out).toBe('a%2Fb%20c\n')
    expect((await mgr('etcd', 'unquote', 'a%2Fb%20c')).out).toBe('a/b c\n')
  })

  test('clear-history deletes what ended before the retention', async () => {
    await mgr('schema', 'oneshot')
    {
      await using store = await openStoreHere()
      const row = (id: string, status: 'TERMINATED' | 'RUNNING', terminatedAt: Date | null) => ({
        id,
        name: id,
        agentIds: [],
        domainName: 'd',
        groupId: 'g',
        userUuid: 'u',
        accessKey: 'a',
        images: [],
        occupyingSlots: {},
        requestedSlots: {},
        vfolderMounts: [],
        environ: {},
        resourceOpts: {},
        createdAt: new Date(0),
        statusHistory: {},
        status,
        terminatedAt,
      })
      await store.tx((tx) =>
        tx
          .insert(store.tables.sessions)
          .values([
            row('old', 'TERMINATED', new Date(0)),
            row('new', 'TERMINATED', new Date()),
            row('alive', 'RUNNING', null),
          ]),
      )
    }
    const { out } = await mgr('clear-history', '--retention', '30d', '--json')
    expect(JSON.parse(out)).toMatchObject({ sessions: 1, errorLogs: 0, events: 0 })
    expect(await mgr('clear-history', '-r', 'soon')).toMatchObject({ code: 2 })
  })

  test('clear-history --vacuum-full makes the file smaller, but not under a running manager', async () => {
    await mgr('schema', 'oneshot')
    const long = Object.fromEntries(Array.from({ length: 400 }, (_, at) => [`k${at}`, 'x'.repeat(1000)]))
    writeFileSync(dir.at('long.json'), JSON.stringify(long))
    await mgr('etcd', 'put-json', 'big', 'long.json')
    await mgr('etcd', 'delete', '--prefix', 'big')
    const size = () => statSync(dir.at('data', 'store.db')).size
    const before = size()
    expect((await mgr('clear-history', '--vacuum-full')).code).toBe(0)
    expect(size()).toBeLessThan(before)
    await using _role = await serveHere(dir)
    expect(await mgr('clear-history', '-v')).toMatchObject({ code: 1, err: expect.stringContaining('down') })
  })

  test('the lock of another process is told with its holder, exit 3', async () => {
    await using store = await openStoreHere()
    expect(store.dialect).toBe('sqlite')
    expect(await mgr('etcd', 'ls')).toMatchObject({
      code: 3,
      err: expect.stringMatching(/in use by up \(process \d+, since /),
    })
  })
})

const openStoreHere = () =>
  openSqliteStore({ path: dir.at('data', 'store.db'), clock: systemClock, log: silentLogger, role: 'up' })

describe('while the role runs', () => {
  async function start(joinToken?: () => Promise<string>) {
    const store = await openStoreHere()
    const config = createSharedConfig(store)
    const path = adminSocketPath(dir.at('data'))
    const server = await serveAdmin({
      path,
      store,
      config,
      log: silentLogger,
      ...(joinToken ? { joinToken } : {}),
    })
    return {
      config,
      path,
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]()
        await store[Symbol.asyncDispose]()
      },
    }
  }

  test('commands go through its socket, which only its user may open', async () => {
    await using role = await start()
    expect((await Bun.file(role.path).stat()).mode & 0o777).toBe(0o600)
    await mgr('etcd', 'put', 'config/x', 'from outside')
    expect(await role.config.get('config/x')).toBe('from outside')
    expect((await mgr('etcd', 'get', 'config/x')).out).toBe('from outside\n')
    expect((await mgr('schema', 'show')).out).not.toContain('not applied')
    expect(await mgr('etcd', 'put', '/', 'x')).toMatchObject({
      code: 1,
      err: 'backendai: the key must not be empty\n',
    })
  })

  test('a join token comes from the running manager only', async () => {
    {
      await using _role = await start(async () => 'bai1.token')
      expect((await mgr('agent', 'token')).out).toBe('bai1.token\n')
    }
    expect(await mgr('agent', 'token')).toMatchObject({
      code: 1,
      err: expect.stringContaining('backendai manager'),
    })
  })

  test('a socket that a killed role left is replaced, one in use is not', async () => {
    await mgr('schema', 'oneshot')
    writeFileSync(adminSocketPath(dir.at('data')), '')
    await using _role = await start()
    const { path } = _role
    await using other = await openSqliteStore({ path: ':memory:', clock: systemClock, log: silentLogger })
    const second = serveAdmin({ path, store: other, config: createSharedConfig(other), log: silentLogger })
    await expect(second).rejects.toThrow('another process serves administration')
  })

  test('what the socket does not know is a problem document', async () => {
    await using role = await start()
    const post = (path: string, body: string, method = 'POST') =>
      fetch(`http://admin${path}`, { unix: role.path, method, ...(method === 'POST' ? { body } : {}) })
    const unknown = await post('/v1/nothing', '{}')
    expect([unknown.status, await unknown.json()]).toMatchObject([404, { error_code: 'url-not-found' }])
    expect((await post('/v1/config.get', '{"key": 1}')).status).toBe(400)
    expect((await post('/v1/config.get', 'no json')).status).toBe(400)
    expect((await post('/v1/config.get', '', 'GET')).status).toBe(405)
  })

  test('a data directory with a long path works too', async () => {
    const store = await openSqliteStore({ path: ':memory:', clock: systemClock, log: silentLogger })
    await using _close = store
    const deep = dir.at('d'.repeat(90), 'e'.repeat(60))
    mkdirSync(deep, { recursive: true })
    const path = adminSocketPath(deep)
    await using _server = await serveAdmin({
      path,
      store,
      config: createSharedConfig(store),
      log: silentLogger,
    })
    const answer = await admin(dir, ['mgr', 'etcd', 'ls', '--data', deep])
    expect(answer).toEqual({ code: 0, out: '\n', err: '' })
  })
})

describe('use', () => {
  test('wrong arguments are exit 2, help is exit 0', async () => {
    expect(await mgr('nonsense')).toMatchObject({ code: 2 })
    expect(await mgr('etcd', 'get')).toMatchObject({
      code: 2,
      err: expect.stringContaining("missing required argument 'key'"),
    })
    expect(await mgr('--help')).toMatchObject({ code: 0, out: expect.stringContaining('Exit codes:') })
    expect(await admin(dir, ['ag', 'ping'])).toMatchObject({ code: 2 })
  })

  test('a wrong configuration is exit 2', async () => {
    expect(await mgr('etcd', 'ls', '--set', 'manager.nope=1')).toMatchObject({
      code: 2,
      err: 'backendai: command line: manager.nope: unknown key\n',
    })
  })
})
