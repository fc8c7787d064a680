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
import { IDS, PEOPLE, type startWorld } from './world.ts'

export const schema = createGraphSchema()

/** A session of the world and its kernel. */
interface Found {
  session: string
  kernel: string
}

/** What a query needs beside its optional arguments. */
const ARGUMENTS: Readonly<Record<string, (found: Found) => string>> = {
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
  compute_session: ({ session }) => `id: "${session}"`,
  compute_container: ({ kernel }) => `id: "${kernel}"`,
  compute_container_list: ({ session }) => `limit: 9, offset: 0, session_id: "${session}"`,
  legacy_compute_session: () => `sess_id: "carol", access_key: "${PEOPLE.carol.accessKey}"`,
  endpoint: () => `endpoint_id: "${IDS.endpoint}"`,
  routing: () => `routing_id: "${IDS.route}"`,
  endpoint_token: () => 'token: "a-token"',
  quota_scope: () => `storage_host_name: "local:volume1", quota_scope_id: "user:${PEOPLE.alice.uuid}"`,
  container_registry: () => 'hostname: "cr.example"',
  model_card: () => `id: "${globalId('ModelCard', IDS.model)}"`,
  node: () => `id: "${globalId('ImageNode', IDS.image)}"`,
}

const argumentsOf = (field: GraphQLField<unknown, unknown>, found: Found): string => {
  const given =
    ARGUMENTS[field.name]?.(found) ??
    (field.args.some(({ name }) => name === 'limit') ? 'limit: 9, offset: 0' : '')
  return given === '' ? '' : `(${given})`
}

/** Every leaf of a type, and every object below it down to `depth`. */
export function selection(type: GraphQLOutputType, depth: number): string {
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

/** Every query of the schema with every field that it leads to, one and (for lists) two levels down. */
export async function everyQuery(
  world: Awaited<ReturnType<typeof startWorld>>,
): Promise<Map<string, string>> {
  const { kernels } = world.ports.store.tables
  const [row] = await world.ports.store.db.select().from(kernels)
  const found = { session: row?.sessionId ?? '', kernel: row?.id ?? '' }
  const fields = Object.values(schema.getQueryType()?.getFields() ?? {})
  return new Map(
    fields.map((field) => {
      const isList = field.args.some(({ name }) => name === 'limit' || name === 'first')
      const document = `{ ${field.name}${argumentsOf(field, found)} ${selection(field.type, isList ? 2 : 1)} }`
      return [field.name, document]
    }),
  )
}
