import { expect, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import {
  authorizationHeader,
  parseAuthorization,
  signingDay,
  signingKey,
  signingKeyAsync,
  stringToSign,
  toHex,
} from '../../src/api/signature.ts'

const hmac = (key: string | Uint8Array, data: string): Uint8Array =>
  createHmac('sha256', key).update(data).digest()

const VECTORS = [
  ['GET', '/', 'text/plain', '63c4301bca5b4977b5ac2ed17efc2f77d46c26612fafc56da7a6030be1cb59f4'],
  [
    'POST',
    '/session',
    'application/json',
    '2cca9f8b452eef3cc73e7cd93921a252134ab66cfd1268d64825b91eca6a4fcf',
  ],
  [
    'POST',
    '/session/mysess/upload',
    'multipart/form-data; boundary=abc',
    '1caeb73c311a17b16e834a432718f5303032d70c53cebdaf345d610cccbfd13d',
  ],
  [
    'GET',
    '/events/session?sessionName=mysess&scope=*',
    null,
    'b8e2387d078a1b9d78b64ae6701fe183cae98c85f6b388ef6ae8e425a8d89f18',
  ],
] as const

for (const [method, target, contentType, expected] of VECTORS) {
  test(`the vector of ${method} ${target}`, () => {
    const host = '127.0.0.1:8081'
    const date = '2024-07-31T12:34:56.789012+00:00'
    const key = signingKey(hmac, 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', signingDay(date) ?? '', host)
    const text = stringToSign({ method, target, date, host, contentType, version: 'v6.20220615' })
    expect(text.split('\n')).toHaveLength(7)
    expect(toHex(hmac(key, text))).toBe(expected)
  })
}

test('an authorization header reads back', () => {
  expect(parseAuthorization(authorizationHeader('AKIA', 'ab12'))).toEqual({
    hash: 'sha256',
    accessKey: 'AKIA',
    signature: 'ab12',
  })
  expect(parseAuthorization('Sorna signMethod=HMAC-SHA3-256,credential=AKIA:AB12')).toEqual({
    hash: 'sha3256',
    accessKey: 'AKIA',
    signature: 'ab12',
  })
})

for (const header of [
  '',
  'Bearer x',
  'BackendAI',
  'BackendAI signMethod=HMAC-SHA256',
  'BackendAI signMethod=RSA, credential=A:ab',
  'BackendAI signMethod=HMAC-SHA256, credential=Aab',
  'BackendAI signMethod=HMAC-SHA256, credential=A:xyz',
]) {
  test(`no authorization: ${JSON.stringify(header)}`, () => expect(parseAuthorization(header)).toBeNull())
}

const LINES = {
  method: 'get',
  target: '/',
  date: '2024-07-31T12:34:56.789012+00:00',
  host: '127.0.0.1:8081',
  contentType: null,
  version: 'v6.20220615',
}

test('the method is signed in upper case, the empty body by its hash, without a line feed at the end', () => {
  const text = stringToSign(LINES)
  expect(text).toStartWith('GET\n/\n')
  expect(text).toEndWith('b855')
})

test('the legacy version header names its own line', () => {
  expect(stringToSign({ ...LINES, versionHeader: 'x-sorna-version' })).toContain(
    '\nx-sorna-version:v6.20220615\n',
  )
})

test('the asynchronous key is the same key', async () => {
  const later = await signingKeyAsync(async (key, data) => hmac(key, data), 'secret', '20240731', 'h')
  expect(toHex(later)).toBe(toHex(signingKey(hmac, 'secret', '20240731', 'h')))
})
