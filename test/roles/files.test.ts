import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openAdminFile } from '../../src/roles/admin-file.ts'
import { greetingText } from '../../src/roles/greeting.ts'
import { nodeSecret } from '../../src/roles/node-secret.ts'
import { prettyLine } from '../../src/roles/pretty-log.ts'
import { upOptions } from '../../src/roles/up-options.ts'
import { decodeJoinToken, encodeJoinToken } from '../../src/wire/join-token.ts'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'roles-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

describe('admin.json', () => {
  const path = () => join(dir, 'admin.json')

  test('holds the keypair, not the password, and only for its owner', () => {
    const file = openAdminFile(path())
    file.confirm(true, 'http://127.0.0.1:8081')
    expect(JSON.parse(readFileSync(path(), 'utf8'))).toEqual({
      endpoint: 'http://127.0.0.1:8081',
      email: file.credentials.email,
      access_key: file.credentials.accessKey,
      secret_key: file.credentials.secretKey,
    })
    expect(statSync(path()).mode & 0o777).toBe(0o600)
    expect(existsSync(`${path()}.pending`)).toBe(false)
  })

  test('a start that was killed half-way leaves the same credentials to the next', () => {
    const killed = openAdminFile(path())
    const next = openAdminFile(path())
    expect(next.credentials).toEqual(killed.credentials)
    next.confirm(true, 'http://a')
    expect(JSON.parse(readFileSync(path(), 'utf8')).access_key).toBe(killed.credentials.accessKey)
  })

  test('follows the endpoint of later starts and keeps the keypair', () => {
    const first = openAdminFile(path())
    first.confirm(true, 'http://a')
    openAdminFile(path()).confirm(false, 'http://b')
    const content = JSON.parse(readFileSync(path(), 'utf8'))
    expect(content).toMatchObject({ endpoint: 'http://b', access_key: first.credentials.accessKey })
  })

  test('a second manager on a store made elsewhere writes nothing', () => {
    openAdminFile(path()).confirm(false, 'http://a')
    expect(existsSync(path())).toBe(false)
    expect(existsSync(`${path()}.pending`)).toBe(false)
  })
})

test('a node secret is made once and private', () => {
  const secret = nodeSecret(dir, 'storage')
  expect(secret).toHaveLength(43)
  expect(nodeSecret(dir, 'storage')).toBe(secret)
  expect(nodeSecret(dir, 'other')).not.toBe(secret)
  expect(statSync(join(dir, 'secrets/storage')).mode & 0o777).toBe(0o600)
})

test('the options of up', () => {
  expect(upOptions(['--quiet', '--unattended', '--ready-file', '/x', '--drain'])).toEqual({
    quiet: true,
    unattended: true,
    readyFile: '/x',
    drain: true,
  })
  expect(() => upOptions(['--what'])).toThrow('unknown argument "--what"')
  expect(() => upOptions(['--ready-file'])).toThrow('needs a path')
})

test('the greeting fits 80 columns and shows the password once', () => {
  const admin = { email: 'admin@default', password: 'p'.repeat(20), accessKey: 'A', secretKey: 'SECRETKEY' }
  const text = greetingText({
    version: '1',
    endpoints: { api: 'http://127.0.0.1:8081', web: 'http://127.0.0.1:8080' },
    runtimes: {
      backend: 'process',
      description: 'native processes, a user each, limited memory (no security boundary)',
      runtimes: [
        { type: 'python', image: 'local/python:3.11', aliases: ['python', 'python:3.11'] },
        { type: 'nodejs', image: 'local/javascript:bun-1.4.5', aliases: ['javascript'] },
      ],
      firstImage: null,
    },
    dataDir: '/var/lib/backendai',
    logFile: '/var/lib/backendai/logs/up.log',
    admin,
    adminFile: '/var/lib/backendai/admin.json',
    scratchRoot: '/var/lib/backendai/scratches',
  })
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  expect(text.split(admin.password)).toHaveLength(2)
  expect(text).not.toContain('SECRETKEY')
})

test('the greeting points at no keypair that is not there, and at files that are elsewhere', () => {
  const text = greetingText({
    version: '0.1.0',
    endpoints: {},
    runtimes: null,
    dataDir: '/root/data',
    logFile: null,
    admin: null,
    adminFile: null,
    scratchRoot: '/var/tmp/backendai-01234567/scratches',
  })
  expect(text).toEndWith('\n\nCtrl-C stops it.\n')
  expect(text).not.toContain('Keypair')
  expect(text).toContain('  Accounts  those in the database\n')
  expect(text).toContain('  Scratch   /var/tmp/backendai-01234567/scratches\n')
})

test('a join token survives the trip and rejects damage without repeating itself', () => {
  const token = { addrs: ['tcp://10.0.0.1:6001'], serverKey: 'k'.repeat(40), secret: 's' }
  const text = encodeJoinToken(token)
  expect(decodeJoinToken(text)).toEqual(token)
  for (const bad of ['', 'x', text.slice(0, -20), `bai1.${'A'.repeat(50)}`]) {
    expect(() => decodeJoinToken(bad)).toThrow('mgr agent token')
  }
})

test('log lines for people carry fields and errors', () => {
  const line = JSON.stringify({
    level: 40,
    time: '2026-11-21T12:34:56.789Z',
    msg: 'odd',
    id: 'x',
    err: { message: 'boom' },
  })
  expect(prettyLine(line, { colored: false, verbose: false })).toBe('12:34:56.789 WARN  odd  id=x\n  boom\n')
})

test('the greeting of a cluster that a script stops says nothing of Ctrl-C', () => {
  const text = greetingText({
    version: '0.1.0',
    endpoints: {},
    runtimes: null,
    dataDir: '/root/data',
    logFile: null,
    admin: null,
    adminFile: '/root/data/admin.json',
    scratchRoot: null,
    attended: false,
  })
  expect(text).toEndWith('  Keypair   /root/data/admin.json\n')
})
