import {
  type GraphQLField,
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql'
import { globalId } from '../../../src/manager/api/graphql/global-id.ts'
import type { OpenApiDocument } from '../../../src/manager/api/openapi/openapi-document.ts'
import { schema, selection } from '../../manager/api/graphql/every-query.ts'
import type { Chance } from '../fuzz/chance.ts'
import { paramsOf, type ServedRoute } from '../routes/contract.ts'
import { matches, NOBODY, sampleParams, validValue } from '../routes/sample.ts'
import type { State } from './model.ts'

export interface RandomRequest {
  method: string
  target: string
  body: unknown
  changes: boolean
}

type Pick = (kind: Kind) => string
type Kind = keyof typeof COLUMNS

/** Where names and ids of each kind of thing stand. */
const COLUMNS = {
  domain: [['domains', 'name']],
  project: [
    ['groups', 'id'],
    ['groups', 'name'],
  ],
  user: [['users', 'uuid']],
  email: [['users', 'email']],
  key: [['keypairs', 'accessKey']],
  folder: [
    ['vfolders', 'id'],
    ['vfolders', 'name'],
  ],
  session: [
    ['sessions', 'id'],
    ['sessions', 'name'],
    ['kernels', 'id'],
  ],
  template: [['sessionTemplates', 'id']],
  log: [['errorLogs', 'id']],
  invitation: [['vfolderInvitations', 'id']],
  policy: [['keypairResourcePolicies', 'name']],
} as const

/** What a parameter of this name, on this route or field, names. */
function kindOf(name: string, where: string): Kind | null {
  const text = name.toLowerCase()
  if (/access_?key|owner/.test(text)) return 'key'
  if (/email|invitee/.test(text)) return 'email'
  if (/domain/.test(text)) return 'domain'
  if (/group|project|gid/.test(text) && !/scaling/.test(text)) return 'project'
  if (/inv/.test(text)) return 'invitation'
  if (/template/.test(text)) return 'template'
  if (/log_?id/.test(text)) return 'log'
  if (/policy/.test(text)) return 'policy'
  if (/user_?id|uuid|shared_user|^user$/.test(text))
    return /user_id/.test(text) && /keypair/.test(where) ? 'email' : 'user'
  if (/vfolder|folder/.test(text)) return 'folder'
  if (/sess|task|kernel|container/.test(text)) return 'session'
  if (!/^(id|name|ref|path)$/.test(text)) return null
  if (/folder|model/.test(where)) return 'folder'
  if (/session|kernel|stream|container/.test(where)) return 'session'
  if (/group/.test(where)) return 'project'
  if (/domain/.test(where)) return 'domain'
  if (/user/.test(where)) return 'user'
  return null
}

export interface RequestMaker {
  /** `known`: all that the requester sees, which is asked for more often. */
  rest(chance: Chance, state: State, known: string): RandomRequest
  graphql(chance: Chance, state: State, known: string): RandomRequest
}

/** Streams stay open; keys of RSA cost too much for thousands of them; who restarts waits for an agent. */
const LEFT_OUT = /^\w+ \/(events|stream|spec)|ssh-keypair|totp|^PATCH \/(session|kernel)\/\{/

export function createRequests(document: OpenApiDocument): RequestMaker {
  const served = servedIn(document).filter(({ name, isSocket }) => !isSocket && !LEFT_OUT.test(name))
  const queries = Object.values(schema.getQueryType()?.getFields() ?? {})
  const mutations = Object.values(schema.getMutationType()?.getFields() ?? {})
  return {
    rest: (chance, state, known) =>
      restRequest(oneOf(chance, served), chance, pickerOf(chance, state, known)),
    graphql(chance, state, known) {
      const isMutation = chance.once(4)
      const field = oneOf(chance, isMutation ? mutations : queries)
      const args = argumentsOf(field, chance, pickerOf(chance, state, known))
      const asked = `${field.name}${args} ${selection(field.type, chance.below(3))}`
      const query = `${isMutation ? 'mutation' : 'query'} { ${asked} }`
      return { method: 'POST', target: '/admin/gql', body: { query }, changes: isMutation }
    },
  }
}

const servedIn = ({ paths }: OpenApiDocument): ServedRoute[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      role: operation['x-backendai-role'],
      refusesWhenFrozen: false,
      isSocket: operation['x-backendai-websocket'] === true,
      params: paramsOf(operation),
      hasVariables: path.includes('{'),
    })),
  )

function oneOf<T>(chance: Chance, from: readonly T[]): T {
  const one = from[chance.below(from.length)]
  if (one === undefined) throw new Error('nothing to choose from')
  return one
}

/** Names and ids of what there is now; of nothing where there is none. */
function pickerOf(chance: Chance, state: State, known: string): Pick {
  // One request is about things of one's own, or of anybody.
  const isOwn = chance.below(3) > 0
  return (kind) => {
    const [table, column] = oneOf<readonly [keyof State, string]>(chance, COLUMNS[kind])
    const values = state[table].map((row) => String(row[column]))
    const own = isOwn ? values.filter((value) => known.includes(value)) : values
    return own.length === 0 || chance.once(20) ? NOBODY : oneOf(chance, own)
  }
}

function restRequest(route: ServedRoute, chance: Chance, pick: Pick): RandomRequest {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const kind = kindOf(name, route.path) ?? 'folder'
    return encodeURIComponent(pick(kind))
  })
  const params: Record<string, unknown> = { ...sampleParams(route) }
  for (const [name, { schema: shape, required }] of route.params) {
    if (!required && !chance.once(2)) continue
    const kind = kindOf(name, route.path)
    const named = kind === null ? undefined : pick(kind)
    const value =
      [named, [named]].find((one) => named !== undefined && matches(shape, one)) ?? validValue(shape)
    if (value !== undefined) params[name] = value
  }
  // Nothing schedules here: who waits for a session waits in vain.
  if (route.params.has('enqueueOnly')) Object.assign(params, { enqueueOnly: true, maxWaitSeconds: 0 })
  const changes = route.method !== 'GET' && route.method !== 'HEAD'
  return { method: route.method, target: path, body: params, changes }
}

const optional = 3

function argumentsOf(field: GraphQLField<unknown, unknown>, chance: Chance, pick: Pick): string {
  const given = field.args.flatMap(({ name, type, defaultValue }) => {
    const isNeeded = isNonNullType(type) && defaultValue === undefined
    if (!isNeeded && !chance.once(optional)) return []
    const text = literal(name, type, field.name, chance, pick)
    return text === null ? [] : [`${name}: ${text}`]
  })
  return given.length > 0 ? `(${given.join(', ')})` : ''
}

const NODES = { user: 'UserNode', project: 'GroupNode', folder: 'VirtualFolderNode' } as const

/** A value as a document writes it; null where there is none to give. */
function literal(
  name: string,
  type: GraphQLInputType,
  where: string,
  chance: Chance,
  pick: Pick,
): string | null {
  const inner = isNonNullType(type) ? type.ofType : type
  if (isListType(inner)) return `[${literal(name, inner.ofType, where, chance, pick) ?? ''}]`
  const named = getNamedType(inner)
  if (isEnumType(named)) return oneOf(chance, named.getValues()).name
  if (isInputObjectType(named)) {
    const fields = Object.values(named.getFields()).flatMap((field) => {
      if (!isNonNullType(field.type) && !chance.once(optional)) return []
      const text = literal(field.name, field.type, where, chance, pick)
      return text === null ? [] : [`${field.name}: ${text}`]
    })
    return `{ ${fields.join(', ')} }`
  }
  if (named.name === 'Boolean') return chance.once(2) ? 'true' : 'false'
  if (named.name === 'Int' || named.name === 'BigInt') return name === 'offset' ? '0' : '20'
  if (named.name === 'Float') return '1'
  if (named.name === 'JSONString' || named.name === 'JSON') return '"{}"'
  if (named.name === 'DateTime') return '"2026-01-01T00:00:00Z"'
  if (/^(filter|order|after|before|order_key)$/.test(name)) return null
  const kind = kindOf(name, where)
  if (kind === null) return named.name === 'UUID' ? JSON.stringify(pick('user')) : '"x"'
  const text = pick(kind)
  const node = Object.entries(NODES).find(([of]) => of === kind)?.[1]
  return JSON.stringify(/node/.test(where) && node ? globalId(node, text) : text)
}
