import { describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { ConfigError } from '../../src/config/config-error.ts'
import { loadConfig } from '../../src/config/loader.ts'
import { serveHttp } from '../../src/lib/http/serve.ts'
import { namingListenKeys, requireDistinctAddresses } from '../../src/roles/listen-keys.ts'
import { tempDirectory } from '../harness/temp.ts'

const load = (...set: string[]) =>
  loadConfig({
    role: 'up',
    env: {},
    cwd: '/',
    home: '/nonexistent',
    systemDir: '/nonexistent',
    argvFlags: {
      files: [],
      set: Object.fromEntries(set.map((pair) => pair.split('=') as [string, string])),
    },
  })

const serve = (address: { host: string; port: number }) =>
  serveHttp({ ...address, maxBodyBytes: 1, fetch: () => new Response('') })

async function failure(body: () => unknown): Promise<unknown> {
  try {
    return await body()
  } catch (error) {
    return error
  }
}

describe('an address that cannot be listened at', () => {
  test('is reported by source and key', async () => {
    const config = load('manager.service-addr=192.0.2.1:9')
    const error = await failure(() => namingListenKeys(config, () => serve(config.manager.serviceAddr)))
    expect(error).toBeInstanceOf(ConfigError)
    expect(String(error)).toContain(
      'command line: manager.service-addr: cannot listen at 192.0.2.1:9: this machine has no such address (EADDRNOTAVAIL); expected an address of this machine, e.g. 127.0.0.1:9',
    )
  })

  test('because another has it is no fault of the configuration, yet names the key', async () => {
    await using first = await serve({ host: '127.0.0.1', port: 0 })
    const config = load(`webserver.service-addr=:${first.port}`)
    const error = await failure(() => namingListenKeys(config, () => serve(config.webserver.serviceAddr)))
    expect(error).not.toBeInstanceOf(ConfigError)
    expect(String(error)).toContain(
      `webserver.service-addr: port ${first.port} on 127.0.0.1 is taken by process`,
    )
  })
})

describe('two servers of one process', () => {
  test('at one port are refused by both keys', async () => {
    const error = await failure(() =>
      requireDistinctAddresses(load('manager.service-addr=:9000', 'webserver.service-addr=0.0.0.0:9000')),
    )
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as ConfigError).issues).toEqual([
      {
        source: 'command line',
        key: 'webserver.service-addr',
        message:
          'expected a port of its own; 0.0.0.0:9000 collides with manager.service-addr, 127.0.0.1:9000 (command line)',
      },
    ])
  })

  test('may have free ports, one port at two addresses, or a role that does not run', () => {
    requireDistinctAddresses(load())
    requireDistinctAddresses(load('manager.service-addr=:0', 'webserver.service-addr=:0'))
    requireDistinctAddresses(load('manager.service-addr=127.0.0.2:9', 'webserver.service-addr=127.0.0.3:9'))
    requireDistinctAddresses(
      load('manager.service-addr=:9', 'webserver.service-addr=:9', 'up.roles=["manager","agent"]'),
    )
  })
})

test('up refuses a wrong address or data directory in a sentence and with exit code 2', async () => {
  using directory = tempDirectory('up')
  await Bun.write(directory.at('file'), '')
  const main = new URL('../../src/main.ts', import.meta.url).pathname
  const up = (...argv: string[]) => {
    const { exitCode, stderr } = Bun.spawnSync([process.execPath, main, 'up', ...argv], {
      cwd: directory.path,
      env: { HOME: directory.path, PATH: process.env.PATH },
    })
    return `${exitCode} ${stderr}`
  }
  expect(up('--data', '')).toBe(
    '2 backendai: command line: data.dir: expected the path of a directory, got ""\n',
  )
  expect(up('--data', 'file')).toBe(
    `2 backendai: command line: data.dir: expected a directory that can be written; ${directory.at('file')} is a file\n`,
  )
  expect(up('--data', 'file/below')).toContain('file/below is, or lies below, a file')
  expect(up('--data', 'new', '--set', 'manager.service-addr=1.2.3:80')).toStartWith(
    '2 backendai: command line: manager.service-addr: expected an address such as',
  )
  expect(existsSync(directory.at('new'))).toBe(false)
}, 30_000)
