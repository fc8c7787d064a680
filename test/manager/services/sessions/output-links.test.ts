import { afterAll, beforeEach, expect, test } from 'bun:test'
import { openSqliteStore } from '../../../../src/db/drivers/sqlite.ts'
import { createSharedConfig } from '../../../../src/db/shared-config.ts'
import { systemClock } from '../../../../src/lib/clock.ts'
import { silentLogger } from '../../../../src/lib/logger.ts'
import { checkOutputToken, outputAddresses } from '../../../../src/manager/services/sessions/output-links.ts'

const SESSION = '11111111-1111-4111-8111-111111111111'
const ORIGIN = 'http://example.org:8081'

let now = 0
const clock = { ...systemClock, now: () => now }
const store = await openSqliteStore({ path: ':memory:', clock: systemClock, log: silentLogger })
const ports = { config: createSharedConfig(store), clock }

afterAll(() => store[Symbol.asyncDispose]())
beforeEach(() => {
  now = 1_700_000_000_000
})

const tokenOf = async (name: string) => {
  const [file] = await outputAddresses(ports, SESSION, [{ name, size: 1 }], ORIGIN)
  return String(file?.url).slice(`${ORIGIN}/session/${SESSION}/output/`.length)
}
const refused = { kind: 'generic-forbidden' }

test('an address gives its file, for an hour', async () => {
  for (const name of ['a.txt', 'sub/데이터 1.txt', '%2e%2e']) {
    const token = await tokenOf(name)
    expect(token).toMatch(/^[\w.-]+$/)
    expect(await checkOutputToken(ports, SESSION, token)).toBe(name)
  }
  const token = await tokenOf('a.txt')
  now += 3_600_000
  expect(await checkOutputToken(ports, SESSION, token)).toBe('a.txt')
  now += 1001
  await expect(checkOutputToken(ports, SESSION, token)).rejects.toMatchObject(refused)
})

test('nothing of a token can be changed', async () => {
  const token = await tokenOf('a.txt')
  const [expiry = '', name = '', mac = ''] = token.split('.')
  const other = Buffer.from('b.txt').toString('base64url')
  const changed = [
    `${expiry}.${other}.${mac}`,
    `${(Number.parseInt(expiry, 36) + 9).toString(36)}.${name}.${mac}`,
    `${expiry}.${name}.${'A'.repeat(mac.length)}`,
    `${expiry}.${name}.`,
    `${expiry}.${name}`,
    `.${token}`,
    '',
  ]
  for (const bad of changed) {
    await expect(checkOutputToken(ports, SESSION, bad), bad).rejects.toMatchObject(refused)
  }
  const elsewhere = SESSION.replace('1', '2')
  await expect(checkOutputToken(ports, elsewhere, token)).rejects.toMatchObject(refused)
})

test('a deleted secret ends all addresses, and another one is made', async () => {
  const token = await tokenOf('a.txt')
  await ports.config.delete('secrets/output-links', { prefix: false })
  await expect(checkOutputToken(ports, SESSION, token)).rejects.toMatchObject(refused)
  expect(await checkOutputToken(ports, SESSION, await tokenOf('a.txt'))).toBe('a.txt')
})
