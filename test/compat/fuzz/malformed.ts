import type { OpenApiDocument } from '../../../src/manager/api/openapi/openapi-document.ts'
import type { RawRequest } from '../raw-request.ts'
import { paramsOf } from '../routes/contract.ts'
import { validValue } from '../routes/sample.ts'
import type { Chance } from './chance.ts'

export interface Target {
  method: string
  path: string
  params: { name: string; sample: unknown }[]
}

/** All operations but those with which a wrong request could rightly switch the whole manager off. */
export const targetsOf = ({ paths }: OpenApiDocument): Target[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      params: [...paramsOf(operation)].map(([name, { schema }]) => ({ name, sample: validValue(schema) })),
    })),
  )

const SEGMENTS = [
  'x',
  '_',
  '..',
  '%2e%2e',
  '%00',
  '%ff',
  '%F0%9F%92%A9',
  '%',
  'a'.repeat(5000),
  '0',
  '-1',
  'null',
  "'--",
  '%2F%2F',
  '*',
  '00000000-0000-4000-8000-00000000dead',
  '{}',
  '%0d%0aX:%20y',
] as const
const VALUES: readonly [unknown, ...unknown[]] = [
  null,
  true,
  -1,
  0,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  '',
  ' ',
  '\u0000',
  '\ud800',
  'x'.repeat(70_000),
  "' or 1=1 --",
  '../../etc/passwd',
  [],
  [[]],
  [null],
  {},
  { a: { b: [] } },
  { __proto__: null, constructor: 1 },
  '2026-13-45',
  '%s%n',
  'NaN',
  'Infinity',
  '1e999',
  '🦊',
  ['x', 1, null],
  { length: -1 },
]
const BODIES = [
  '{',
  '[]',
  'null',
  '"x"',
  '0',
  '{"a":',
  '{"a":1,}',
  '\u0000',
  '\ufeff{}',
  '['.repeat(20_000),
  '{"__proto__":{"x":1}}',
  '{"constructor":{"prototype":1}}',
  'x=1&y=2',
  '--x\r\n',
] as const
const TYPES = [
  'application/json',
  'text/plain',
  'multipart/form-data',
  'multipart/form-data; boundary=',
  'application/x-www-form-urlencoded',
  'x',
  '',
] as const
const HEADERS: readonly [Record<string, string>, ...Record<string, string>[]] = [
  {},
  {},
  {},
  {},
  { 'X-Method-Override': 'BREW' },
  { 'X-Method-Override': 'DELETE' },
  { Accept: 'text/html' },
  { Upgrade: 'websocket', Connection: 'Upgrade' },
  { 'X-Forwarded-For': 'x, y' },
  { Cookie: '=;;=' },
  { 'X-BackendAI-Domain': '\u00ff' },
  { Date: 'never' },
  { Authorization: 'BackendAI x' },
  { Authorization: 'BackendAI signMethod=HMAC-MD5, credential=a:b' },
  { Range: 'bytes=9-1' },
  { 'X-BackendAI-Client-Token': 'x'.repeat(3000) },
  { 'Last-Event-ID': '-1' },
]

/** One request that is wrong somewhere; the same chance gives the same request. */
export function malformed(chance: Chance, targets: readonly [Target, ...Target[]]): RawRequest {
  const target = chance.pick(targets)
  const path = target.path.replaceAll(/\{\w+\}/g, () => chance.pick(SEGMENTS))
  const method = chance.once(12)
    ? chance.pick(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'])
    : target.method
  const place = chance.once(20) ? `/${chance.pick(SEGMENTS)}${path}` : path
  const query = chance.once(4) ? `?${queryOf(chance, target)}` : ''
  const plain = chance.once(5)
  const body = plain ? chance.pick(BODIES) : bodyOf(chance, target)
  return {
    method,
    target: `${place}${query}`,
    ...(chance.once(4) ? {} : { body }),
    ...(chance.once(4) ? { contentType: chance.pick(TYPES) } : {}),
    headers: chance.pick(HEADERS),
  }
}

/** Right in all but some values. */
function bodyOf(chance: Chance, { params }: Target): Record<string, unknown> {
  const body: Record<string, unknown> = Object.fromEntries(
    params.filter(() => !chance.once(4)).map(({ name, sample }) => [name, sample]),
  )
  const times = 1 + chance.below(3)
  for (let round = 0; round < times; round += 1) {
    const param = params[chance.below(params.length)]
    body[param?.name ?? 'x'] = chance.pick(VALUES)
  }
  return body
}

const queryOf = (chance: Chance, { params }: Target): string =>
  params
    .map(({ name }) => `${name}=${chance.pick(SEGMENTS)}`)
    .concat(chance.once(3) ? ['&&=&%', `x=${chance.pick(SEGMENTS)}`] : [])
    .join('&')
