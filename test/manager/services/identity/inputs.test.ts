import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { createSharedConfig } from '../../../../src/db/shared-config.ts'
import { clientIps } from '../../../../src/manager/services/identity/client-ips.ts'
import { hostGrants } from '../../../../src/manager/services/identity/host-grants.ts'
import {
  atLeast,
  plainText,
  rowName,
  slugName,
} from '../../../../src/manager/services/identity/plain-text.ts'
import {
  checkSchedulerOptions,
  completeSchedulerOptions,
} from '../../../../src/manager/services/identity/scheduler-options.ts'
import { slotsGiven } from '../../../../src/manager/services/identity/slots-given.ts'
import { checkEmail, readStatus } from '../../../../src/manager/services/identity/user-props.ts'
import { readUuids } from '../../../../src/manager/services/identity/uuids.ts'
import { openPlace } from './place.ts'

test('names of domains and projects begin and end with a letter or digit', () => {
  const inner = fc.string({ unit: fc.constantFrom(...'abcXYZ019._-'), maxLength: 40 })
  const edge = fc.constantFrom(...'azAZ09')
  fc.assert(
    fc.property(edge, inner, edge, (first, middle, last) => {
      const name = `${first}${middle}${last}`
      expect(slugName('domain', name)).toBe(name)
    }),
  )
  for (const name of ['', '.', '-a', 'a-', 'a b', 'a/b', 'ä', 'a\n', 'a'.repeat(65)]) {
    expect(() => slugName('domain', name)).toThrow('invalid domain name')
  }
})

test('text has bounds and no NUL', () => {
  expect(plainText('the description', null, 3)).toBeNull()
  expect(plainText('the description', undefined, 3)).toBeUndefined()
  expect(plainText('the description', 'abc', 3)).toBe('abc')
  expect(() => plainText('the description', 'abcd', 3)).toThrow('longer than 3')
  expect(() => plainText('the description', 'a\0', 3)).toThrow('cannot be stored')
  expect(() => plainText('the description', '\ud800', 3)).toThrow('cannot be stored')
  expect(() => rowName('preset', ' ')).toThrow('needs a name')
  expect(() => rowName('preset', 'a\tb')).toThrow('control characters')
  expect(atLeast('limit', null, 0)).toBeUndefined()
  expect(() => atLeast('limit', -1, 0)).toThrow('limit must be at least 0')
})

test('client addresses: every IPv4, IPv6 and block of them is taken, anything else is named', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant('::1')), fc.nat(200), (address, bits) => {
      const most = address.includes(':') ? 128 : 32
      expect(clientIps([address])).toEqual([address])
      const block = `${address}/${bits}`
      if (bits <= most) expect(clientIps([block])).toEqual([block])
      else expect(() => clientIps([block])).toThrow(block)
    }),
  )
  for (const wrong of [
    'localhost',
    '1.2.3',
    '1.2.3.4/',
    '1.2.3.4/8/8',
    '1.2.3.4/-1',
    'fe80::1%eth0',
    '::/1e1',
  ]) {
    expect(() => clientIps(['10.0.0.1', wrong])).toThrow(wrong)
  }
  expect(clientIps(undefined)).toBeUndefined()
  expect(clientIps(null)).toBeNull()
  expect(clientIps([])).toBeNull()
  expect(clientIps([' 10.0.0.1 ', '10.0.0.1', '', null])).toEqual(['10.0.0.1'])
})

test('storage hosts: permissions by host, or a list of hosts that grants all', () => {
  expect(hostGrants({ 'local:volume1': ['mount-in-session', 'mount-in-session'] })).toEqual({
    'local:volume1': ['mount-in-session'],
  })
  expect(hostGrants(['a:b'])?.['a:b']).toHaveLength(8)
  expect(hostGrants({})).toEqual({})
  expect(hostGrants(null)).toBeUndefined()
  expect(() => hostGrants({ 'a:b': ['fly'] })).toThrow('there is no permission "fly"')
  expect(() => hostGrants({ 'a:b': 'fly' })).toThrow('are a list')
  expect(() => hostGrants([7])).toThrow('7 is no storage host')
  expect(() => hostGrants('a:b')).toThrow('is an object')
})

test('slots: exact decimals, sizes in bytes, slots that are not there yet', async () => {
  await using place = await openPlace()
  const config = createSharedConfig(place.store)
  const read = (value: unknown) => slotsGiven(config, 'total_resource_slots', value)
  expect(await read({ cpu: 4, mem: '8g', 'cuda.shares': '0.5', tpu: null })).toEqual({
    cpu: '4',
    mem: '8589934592',
    'cuda.shares': '0.5',
  })
  expect(await read({ mem: 'Infinity' })).toEqual({ mem: 'Infinity' })
  expect(await read(null)).toBeUndefined()
  for (const [wrong, said] of [
    [{ cpu: '-1' }, 'must not be negative'],
    [{ cpu: 'many' }, '"many" is no count amount'],
    [{ mem: '1x' }, 'is no bytes amount'],
    [{ 'a b': 1 }, 'is no slot name'],
    [{ __proto__x: 1 }, 'is no slot name'],
    [{ cpu: [] }, 'is a number or text'],
    [[], 'is an object'],
    ['{}', 'is an object'],
  ] as const) {
    expect(await read(wrong).catch((error) => error.message)).toContain(said)
  }
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.constantFrom('cpu', 'cuda.device', 'x-1'), fc.nat()), async (slots) => {
      const once = await read(slots)
      expect(await read(once)).toEqual(once)
    }),
    { numRuns: 30 },
  )
})

test('scheduler options read back complete, and unknown keys stay', () => {
  expect(completeSchedulerOptions({})).toEqual({
    allowed_session_types: ['interactive', 'batch'],
    pending_timeout: 0,
    config: {},
    agent_selection_strategy: 'dispersed',
    roundrobin: false,
  })
  expect(completeSchedulerOptions({ pending_timeout: '10m', mine: 1 })).toMatchObject({
    pending_timeout: '10m',
    mine: 1,
  })
  checkSchedulerOptions({ pending_timeout: '10m', config: { num_retries_to_skip: 5 }, mine: 1 })
  for (const [wrong, said] of [
    [{ allowed_session_types: ['nap'] }, 'allowed_session_types'],
    [{ allowed_session_types: 'batch' }, 'allowed_session_types'],
    [{ pending_timeout: 'soon' }, 'pending_timeout'],
    [{ pending_timeout: -1 }, 'pending_timeout'],
    [{ config: [] }, 'config is an object'],
    [{ agent_selection_strategy: 'random' }, 'agent_selection_strategy'],
    [{ roundrobin: 1 }, 'roundrobin'],
  ] as const) {
    expect(() => checkSchedulerOptions(wrong)).toThrow(said)
  }
})

test('status wins over is_active, its older word', () => {
  expect(readStatus({})).toBeUndefined()
  expect(readStatus({ is_active: true })).toBe('active')
  expect(readStatus({ is_active: false })).toBe('inactive')
  expect(readStatus({ is_active: true, status: 'deleted' })).toBe('deleted')
  expect(readStatus({ status: 'BEFORE_VERIFICATION' })).toBe('before-verification')
  expect(() => readStatus({ status: 'asleep' })).toThrow('status is one of')
})

test('e-mail addresses and lists of UUIDs', () => {
  for (const email of ['a@b', 'user+tag@example.com']) checkEmail(email)
  for (const email of ['', 'a', '@b', 'a@', 'a b@c', 'a@b@c', 'a\0@b', `${'a'.repeat(63)}@b`]) {
    expect(() => checkEmail(email)).toThrow('is no e-mail address of at most 64 characters.')
  }
  const uuid = 'AAAAAAAA-bbbb-4ccc-8ddd-eeeeeeeeeeee'
  expect(readUuids('user_uuids', [uuid, uuid.replaceAll('-', '')])).toEqual([uuid.toLowerCase()])
  expect(() => readUuids('user_uuids', ['me'])).toThrow('"me" is no UUID')
  expect(() => readUuids('user_uuids', [null])).toThrow('is no UUID')
})
