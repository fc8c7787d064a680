import { describe, expect, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import { signRequest, stringToSign } from '../../src/api/signature.ts'

const hmac = async (key: Uint8Array, data: string): Promise<Uint8Array> =>
  createHmac('sha256', key).update(data).digest()

const common = {
  date: '2024-07-31T12:34:56.789012+00:00',
  host: '127.0.0.1:8081',
  version: 'v6.20220615',
}

describe('request signature', () => {
  test.each([
    ['GET', '/', 'text/plain', '63c4301bca5b4977b5ac2ed17efc2f77d46c26612fafc56da7a6030be1cb59f4'],
    [
      'POST',
      '/session',
      'application/json; charset=utf-8',
      '2cca9f8b452eef3cc73e7cd93921a252134ab66cfd1268d64825b91eca6a4fcf',
    ],
    [
      'POST',
      '/session/mysess/upload',
      'multipart/form-data; boundary=xyz',
      '1caeb73c311a17b16e834a432718f5303032d70c53cebdaf345d610cccbfd13d',
    ],
    [
      'get',
      '/events/session?sessionName=mysess&scope=*',
      null,
      'b8e2387d078a1b9d78b64ae6701fe183cae98c85f6b388ef6ae8e425a8d89f18',
    ],
  ])('%s %s as %s', async (method, target, contentType, signature) => {
    const header = await signRequest(
      { ...common, method, target, contentType },
      'AKIAIOSFODNN7EXAMPLE',
      'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      hmac,
    )
    expect(header).toBe(`BackendAI signMethod=HMAC-SHA256, credential=AKIAIOSFODNN7EXAMPLE:${signature}`)
  })

  test('the string has seven lines and no line feed at the end', () => {
    const text = stringToSign({ ...common, method: 'GET', target: '/', contentType: null })
    expect(text.split('\n')).toHaveLength(7)
    expect(text.endsWith('b855')).toBe(true)
  })

  test('the legacy version header names its own line', () => {
    const text = stringToSign({
      ...common,
      method: 'GET',
      target: '/',
      contentType: null,
      versionHeader: 'x-sorna-version',
    })
    expect(text).toContain('\nx-sorna-version:v6.20220615\n')
  })
})
