import { expect, test } from 'bun:test'
import { signJwt, verifyJwt } from '../../src/lib/jwt.ts'

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

test('signs as RFC 7515 says, and reads back what is true and fresh', () => {
  // The header is fixed, so the whole token is known.
  const token = signJwt({ exp: 2_000_000_000, op: 'download' }, 'secret')
  expect(token.split('.').slice(0, 2)).toEqual([
    part({ alg: 'HS256', typ: 'JWT' }),
    part({ exp: 2_000_000_000, op: 'download' }),
  ])
  expect(verifyJwt(token, 'secret', 1_999_999_999_000)).toEqual({ exp: 2_000_000_000, op: 'download' })
  expect(verifyJwt(token, 'secret', 2_000_000_000_000)).toBeNull()
  expect(verifyJwt(token, 'other', 0)).toBeNull()
})

test('refuses what somebody else made', () => {
  const [header = '', payload = '', signature = ''] = signJwt({ exp: 2_000_000_000 }, 'secret').split('.')
  const forged = part({ exp: 2_000_000_000, op: 'upload' })
  for (const token of [
    '',
    'a',
    'a.b.c',
    `${header}.${payload}`,
    `${header}.${payload}.`,
    `${header}.${forged}.${signature}`,
    `${part({ alg: 'none' })}.${payload}.${signature}`,
    `${part({ alg: 'none' })}.${payload}.`,
    `${header}.${payload}.${signature}.x`,
  ])
    expect([token, verifyJwt(token, 'secret', 0)]).toEqual([token, null])
})
