import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CliError, EXIT } from '../../src/cli/exit-code.ts'
import { dataDirectory, type GlobalFlags, settingSources } from '../../src/cli/setting-sources.ts'
import { resolveSettings, type Settings } from '../../src/cli/settings.ts'

let home: string
let env: Record<string, string>

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'cli-settings-'))
  env = {}
})
afterEach(() => rmSync(home, { recursive: true }))

const resolve = async (flags: GlobalFlags = {}): Promise<Settings> =>
  resolveSettings(await settingSources(flags, { env, home, isRoot: false }))

function writeClientToml(text: string): void {
  mkdirSync(join(home, '.config/backend.ai'), { recursive: true })
  writeFileSync(join(home, '.config/backend.ai/client.toml'), text)
}

function writeAdminJson(value: object, directory = join(home, '.local/share/backendai')): void {
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'admin.json'), JSON.stringify(value))
  chmodSync(join(directory, 'admin.json'), 0o600)
}

const ADMIN = {
  endpoint: 'http://127.0.0.1:18081',
  access_key: 'ADMIN',
  secret_key: 'admin-secret',
  email: 'admin@example.com',
}

describe('precedence', () => {
  test('the data of a local cluster is enough', async () => {
    writeAdminJson(ADMIN)
    expect(await resolve()).toMatchObject({
      endpoints: ['http://127.0.0.1:18081'],
      accessKey: 'ADMIN',
      secretKey: 'admin-secret',
      domain: 'default',
      group: 'default',
      vfolderMounts: [],
      skipSslCertValidation: false,
    })
  })

  test('client.toml is stronger, with hyphens too', async () => {
    writeAdminJson(ADMIN)
    writeClientToml(
      'endpoint = "https://a.example"\naccess-key = "TOML"\nsecret_key = "s"\ngroup = "g"\nvfolder_mounts = ["x", "y"]\nskip_sslcert_validation = true\n',
    )
    expect(await resolve()).toMatchObject({
      endpoints: ['https://a.example'],
      accessKey: 'TOML',
      group: 'g',
      vfolderMounts: ['x', 'y'],
      skipSslCertValidation: true,
    })
  })

  test('the environment is stronger, value by value', async () => {
    writeClientToml('endpoint = "https://a.example"\naccess_key = "TOML"\nsecret_key = "s"\ndomain = "d"\n')
    env = {
      BACKEND_ACCESS_KEY: 'ENV',
      BACKEND_SECRET_KEY: 'e',
      BACKEND_VFOLDER_MOUNTS: 'one, two',
      BACKEND_GROUP: '',
    }
    expect(await resolve()).toMatchObject({
      endpoints: ['https://a.example'],
      accessKey: 'ENV',
      secretKey: 'e',
      domain: 'd',
      group: 'default',
      vfolderMounts: ['one', 'two'],
    })
  })

  test('flags are the strongest; an endpoint may be several', async () => {
    env = { BACKEND_ENDPOINT: 'http://env', BACKEND_ACCESS_KEY: 'ENV', BACKEND_SECRET_KEY: 'e' }
    const settings = await resolve({ endpoint: 'http://a,http://b', accessKey: 'FLAG', secretKey: 'f' })
    expect(settings).toMatchObject({ endpoints: ['http://a', 'http://b'], accessKey: 'FLAG', secretKey: 'f' })
    expect(settings.sources).toEqual({ endpoint: 'flags', keyPair: 'flags' })
  })

  test('the two keys are never taken from two places', async () => {
    writeAdminJson(ADMIN)
    env = { BACKEND_ACCESS_KEY: 'ENV' }
    await expectUsage('The secret key is missing in environment')
  })
})

describe('what cannot be used', () => {
  test('no key pair anywhere', async () => {
    await expectUsage('There is no key pair')
  })

  test('a file that is no TOML, named', async () => {
    writeClientToml('endpoint = \n')
    await expectUsage('client.toml cannot be read')
  })

  test('a value of the wrong kind, named', async () => {
    writeClientToml('endpoint = 8081\n')
    await expectUsage('endpoint must be a text, not 8081')
  })

  test('an endpoint type that there is not', async () => {
    env = { BACKEND_ENDPOINT_TYPE: 'cookie' }
    await expectUsage('BACKEND_ENDPOINT_TYPE is "cookie"')
  })
})

async function expectUsage(message: string): Promise<void> {
  const error = await resolve().catch((failure: unknown) => failure)
  expect(error).toBeInstanceOf(CliError)
  expect(String(error)).toContain(message)
  expect(error).toHaveProperty('exitCode', EXIT.usage)
}

test('the data directory', () => {
  const world = { env: {}, home: '/home/u', isRoot: false }
  expect(dataDirectory(world)).toBe('/home/u/.local/share/backendai')
  expect(dataDirectory({ ...world, isRoot: true })).toBe('/var/lib/backendai')
  expect(dataDirectory({ ...world, isRoot: true, env: { BACKENDAI_DATA: '/d' } })).toBe('/d')
})
