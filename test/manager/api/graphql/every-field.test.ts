import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { globalId } from '../../../../src/manager/api/graphql/global-id.ts'
import { createGraphSchema } from '../../../../src/manager/api/graphql/schema.ts'
import { ADMIN } from '../test-manager.ts'
import { IDS, PEOPLE, startWorld } from './world.ts'

const schema = createGraphSchema()
let world: Awaited<ReturnType<typeof startWorld>>
let session = ''
let kernel = ''
beforeAll(async () => {
  world = await startWorld()
  const { kernels } = world.ports.store.tables
  const [row] = await world.ports.store.db.select().from(kernels)
  kernel = row?.id ?? ''
  session = row?.sessionId ?? ''
})
afterAll(() => world[Symbol.asyncDispose]())

/** Served by nobody yet: they work on agents and registries. */
const TO_COME = ['preload_image', 'unload_image', 'untag_image_from_registry']

test('every query and every mutation has a resolver', () => {
  const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
    Object.values(type?.getFields() ?? {}),
  )
  const missing = fields.filter(({ resolve }) => resolve?.name === undefined).map(({ name }) => name)
  expect(missing).toEqual(TO_COME)
})

/** What a query needs beside its optional arguments. */
const ARGUMENTS: Readonly<Record<string, () => string>> = {
  agent: () => 'agent_id: "i-1"',
  agent_summary: () => 'agent_id: "i-1"',
  domain: () => 'name: "default"',
  image: () => 'reference: "local/python:3.11"',
  group: () => `id: "${IDS.labs}"`,
  group_node: () => `id: "${globalId('GroupNode', IDS.labs)}"`,
  groups_by_name: () => 'name: "labs"',
  user: () => `email: "${PEOPLE.alice.email}"`,
  user_from_uuid: () => `user_id: "${PEOPLE.alice.uuid}"`,
  user_node: () => `id: "${globalId('UserNode', PEOPLE.alice.uuid)}"`,
  keypair: () => `access_key: "${PEOPLE.alice.accessKey}"`,
  keypair_resource_policy: () => 'name: "default"',
  user_resource_policy: () => 'name: "default"',
  project_resource_policy: () => 'name: "default"',
  resource_preset: () => 'name: "small"',
  scaling_group: () => 'name: "default"',
  scaling_groups_for_domain: () => 'domain: "default"',
  scaling_groups_for_user_group: () => `user_group: "${IDS.labs}"`,
  scaling_groups_for_keypair: () => `access_key: "${ADMIN.accessKey}"`,
  storage_volume: () => 'id: "local:volume1"',
  vfolder: () => `id: "${IDS.labFolder}"`,
  vfolder_node: () => `id: "${globalId('VirtualFolderNode', IDS.aliceFolder)}"`,
  compute_session: () => `id: "${session}"`,
  compute_container: () => `id: "${kernel}"`,
  compute_container_list: () => `limit: 9, offset: 0, session_id: "${session}"`,
  legacy_compute_session: () => `sess_id: "carol", access_key: "${PEOPLE.carol.accessKey}"`,
  endpoint: () => `endpoint_id: "${IDS.endpoint}"`,
  routing: () => `routing_id: "${IDS.route}"`,
  endpoint_token: () => 'token: "a-token"',
  quota_scope: () => `storage_host_name: "local:volume1", quota_scope_id: "user:${PEOPLE.alice.uuid}"`,
  container_registry: () => 'hostname: "cr.example"',
  model_card: () => `id: "${globalId('ModelCard', IDS.model)}"`,
  node: () => `id: "${globalId('ImageNode', IDS.image)}"`,
}

const argumentsOf = (field: GraphQLField<unknown, unknown>): string => {
  const given =
    ARGUMENTS[field.name]?.() ??
    (field.args.some(({ name }) => name === 'limit') ? 'limit: 9, offset: 0' : '')
  return given === '' ? '' : `(${given})`
}

/** Every leaf of a type, and every object below it down to `depth`. */
function selection(type: GraphQLOutputType, depth: number): string {
  const named = getNamedType(type)
  if (isInterfaceType(named)) {
    const types = schema.getPossibleTypes(named)
    return `{ __typename ${types.map((one) => `... on ${one.name} ${fieldsOf(one, depth)}`).join(' ')} }`
  }
  return isObjectType(named) ? fieldsOf(named, depth) : ''
}

function fieldsOf(type: GraphQLObjectType, depth: number): string {
  const parts = Object.values(type.getFields()).flatMap((field) => {
    if (
      field.args.some(({ type: needed, defaultValue }) => isNonNullType(needed) && defaultValue === undefined)
    )
      return []
    if (isLeafType(getNamedType(field.type))) return [field.name]
    return depth > 0 ? [`${field.name} ${selection(field.type, depth - 1)}`] : []
  })
  return `{ __typename ${parts.join(' ')} }`
}

const queries = Object.values(schema.getQueryType()?.getFields() ?? {})

test.each(queries.map((field) => [field.name, field] as const))(
  '%s: every field is answered',
  async (name, field) => {
    const isList = field.args.some((argument) => argument.name === 'limit' || argument.name === 'first')
    const { data, errors } = await world.ask(
      `{ ${name}${argumentsOf(field)} ${selection(field.type, isList ? 2 : 1)} }`,
    )
    expect(errors).toBeUndefined()
    expect(data?.[name]).toBeDefined()
    if (name !== 'resource_preset' && name !== 'container_registry') expect(data?.[name]).not.toBeNull()
  },
)
