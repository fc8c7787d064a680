import { multipartOf, type RawAnswer, type RawRequest } from '../raw-request.ts'
import type { ServedRoute } from './contract.ts'
import type { Keys, Live } from './live.ts'
import { NOBODY, sampleParams, wrongValues } from './sample.ts'

export type Refusal =
  | 'unsigned'
  | 'forged'
  | 'role'
  | 'missing'
  | 'wrong type'
  | 'malformed'
  | 'frozen'
  | 'unknown object'

/** A request that must fail, and how. */
export interface RefusalCase {
  refusal: Refusal
  what: string
  as: Keys | null
  request: Partial<RawRequest> & { target: string }
  status: number
  /** Kinds of problem that say so. */
  kinds: readonly string[]
  /** The parameter that the answer must name, in any of its spellings. */
  names?: readonly string[]
}

const FORGED = { secretKey: 'not-the-secret' }

const UPGRADE = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'MDEyMzQ1Njc4OWFiY2RlZg==',
  'Content-Type': null,
}

/** Parameters of GET and DELETE travel in the body, too (client-wire.md §1.8): there types can be wrong. */
function requestOf(
  route: ServedRoute,
  target: string,
  params: Record<string, unknown>,
): RefusalCase['request'] {
  if (!route.isSocket) return route.params.size > 0 ? { target, body: params } : bodiless(route, target)
  const search = new URLSearchParams(Object.entries(params).map(([name, value]) => [name, String(value)]))
  return { target: `${target}?${search}`, headers: UPGRADE, contentType: 'application/octet-stream' }
}

/** Uploads are looked at only where they are forms. */
function bodiless({ path }: ServedRoute, target: string): RefusalCase['request'] {
  return path.endsWith('/upload') ? { target, ...multipartOf([{ name: 'a', content: 'a' }]) } : { target }
}

/** Every way in which a route must refuse, out of what it says of itself. */
export function refusalsOf(route: ServedRoute, live: Live): RefusalCase[] {
  const target = route.path.replaceAll(/\{\w+\}/g, NOBODY)
  const sample = sampleParams(route)
  const asked = requestOf(route, target, sample)
  return [
    ...signatureCases(route, live, asked),
    ...roleCases(route, live, asked),
    ...paramCases(route, live, target, sample),
    ...unknownObjectCases(route, live, asked),
  ]
}

function signatureCases(route: ServedRoute, live: Live, request: RefusalCase['request']): RefusalCase[] {
  if (route.role === 'anonymous') return []
  const expected = { status: 401, kinds: ['auth-failed'], request }
  return [
    { refusal: 'unsigned', what: 'without a signature', as: null, ...expected },
    { refusal: 'forged', what: 'signed with a wrong secret', as: { ...live.member, ...FORGED }, ...expected },
  ]
}

function roleCases(route: ServedRoute, live: Live, request: RefusalCase['request']): RefusalCase[] {
  const refused: [string, Keys][] =
    route.role === 'superadmin'
      ? [
          ['a user', live.member],
          ['a domain administrator', live.domainAdmin],
        ]
      : route.role === 'admin'
        ? [['a user', live.member]]
        : []
  const kinds = ['insufficient-privilege']
  return refused.map(([who, as]) => ({ refusal: 'role', what: `as ${who}`, as, request, status: 403, kinds }))
}

/** Somebody whom the route lets through, so that parameters are what it refuses. */
const allowed = (route: ServedRoute, live: Live): Keys | null =>
  route.role === 'anonymous' ? null : live.admin

function paramCases(
  route: ServedRoute,
  live: Live,
  target: string,
  sample: Record<string, unknown>,
): RefusalCase[] {
  if (route.params.size === 0) return []
  const as = allowed(route, live)
  const expected = { as, status: 400, kinds: ['invalid-api-params'] }
  const needed = Object.keys(sample).filter((name) => route.params.get(name)?.required)
  const missing = needed.map((name): RefusalCase => {
    const { [name]: _, ...others } = sample
    return {
      refusal: 'missing',
      what: `without ${name}`,
      request: requestOf(route, target, others),
      names: spellings(route, name),
      ...expected,
    }
  })
  const wrong = [...route.params].flatMap(([name, { schema }]) =>
    wrongValues(schema)
      .filter((value) => !route.isSocket || typeof value === 'string')
      .map((value): RefusalCase => {
        const what = `${name} = ${JSON.stringify(value)}`
        const request = requestOf(route, target, { ...sample, [name]: value })
        return { refusal: 'wrong type', what, request, names: spellings(route, name), ...expected }
      }),
  )
  const malformed: RefusalCase[] = (route.isSocket ? [] : ['{"a":', '[1]', '"text"', '\u0000']).map(
    (text) => ({
      refusal: 'malformed',
      what: `the body ${JSON.stringify(text)}`,
      request: { target, body: text, contentType: 'application/json' },
      ...expected,
    }),
  )
  return [...missing, ...wrong, ...malformed]
}

function unknownObjectCases(route: ServedRoute, live: Live, request: RefusalCase['request']): RefusalCase[] {
  const expected = { as: allowed(route, live), status: 404, kinds: ['object-not-found'], request }
  return route.hasVariables ? [{ refusal: 'unknown object', what: 'of an unknown object', ...expected }] : []
}

/** While the manager is frozen: whatever makes something new is refused. */
export function frozenCase(route: ServedRoute, live: Live): RefusalCase | null {
  if (!route.refusesWhenFrozen) return null
  const target = route.path.replaceAll(/\{\w+\}/g, NOBODY)
  const request = requestOf(route, target, sampleParams(route))
  return {
    refusal: 'frozen',
    what: 'while frozen',
    as: live.admin,
    request,
    status: 503,
    kinds: ['server-frozen'],
  }
}

/** What is wrong with an answer; null where it is as it must be. */
export function complaint(
  refusal: RefusalCase,
  { status, json, text, headers }: RawAnswer,
  method: string,
): string | null {
  // A HEAD is answered without a body.
  const kind = method === 'HEAD' ? refusal.kinds[0] : json.error_code
  const isKnown = status === refusal.status && refusal.kinds.includes(String(kind))
  if (!isKnown)
    return `${refusal.what}: ${status} ${text.slice(0, 200)}; expected ${refusal.status} ${refusal.kinds.join(' or ')}`
  if (method === 'HEAD') return null
  if (!String(headers['content-type']).startsWith('application/problem+json'))
    return `${refusal.what}: ${headers['content-type']}`
  if (typeof json.type !== 'string' || typeof json.title !== 'string')
    return `${refusal.what}: no problem document: ${text}`
  const named = Object.keys(Object(json.data)).map((key) => key.split('.')[0])
  if (refusal.names !== undefined && named.length > 0 && !named.some(isSpelling(refusal.names)))
    return `${refusal.what}: the answer complains about ${named.join(', ')}`
  return null
}

const spellings = ({ params }: ServedRoute, name: string): string[] => {
  const aliases = params.get(name)?.schema['x-aliases']
  return [name, ...(Array.isArray(aliases) ? aliases : [])]
}

/** The same name in snake and camel case. */
const isSpelling =
  (names: readonly string[]) =>
  (other = ''): boolean =>
    names.some((name) => plainName(name) === plainName(other))
const plainName = (name: string): string => name.replaceAll('_', '').toLowerCase()
