import type { GraphQLField } from 'graphql'
import { globalId } from '../../../src/manager/api/graphql/global-id.ts'
import { schema, selection } from '../../manager/api/graphql/every-query.ts'
import type { Live } from '../routes/live.ts'
import type { World } from './world.ts'

const text = (value: string): string => JSON.stringify(value)

/** What queries need beside their optional arguments; several where one object has not all. */
function argumentsOf(live: Live, world: World): Record<string, string[]> {
  const { member, group } = live
  const key = `access_key: ${text(live.admin.accessKey)}`
  const page = 'limit: 20, offset: 0'
  return {
    agent: [`agent_id: ${text(world.agent)}`, 'agent_id: "i-lost"'],
    agent_list: [page, `${page}, status: "LOST"`],
    agent_summary: [`agent_id: ${text(world.agent)}`],
    domain: ['name: "default"'],
    image: [`reference: ${text(world.image)}`],
    group: [`id: ${text(group)}`],
    group_node: [`id: ${text(globalId('GroupNode', group))}`],
    groups_by_name: ['name: "default"'],
    user: [`email: ${text(member.email)}`, `email: ${text(live.friend.email)}`],
    user_from_uuid: [`user_id: ${text(member.uuid)}`],
    user_node: [`id: ${text(globalId('UserNode', live.friend.uuid))}`],
    keypair: [key, ''],
    keypair_resource_policy: ['name: "seen"'],
    user_resource_policy: ['name: "default"'],
    project_resource_policy: ['name: "default"'],
    resource_preset: ['name: "seen"'],
    scaling_group: ['name: "default"'],
    scaling_groups_for_domain: ['domain: "default"'],
    scaling_groups_for_user_group: [`user_group: ${text(group)}`],
    scaling_groups_for_keypair: [key],
    storage_volume: [`id: ${text(world.host)}`],
    vfolder: [`id: ${text(world.folder)}`],
    vfolder_node: [`id: ${text(globalId('VirtualFolderNode', world.folder))}`],
    compute_session: [`id: ${text(world.session)}`, `id: ${text(world.batch)}`],
    compute_session_list: [page, `${page}, status: "TERMINATED"`],
    compute_container: [`id: ${text(world.kernel)}`],
    compute_container_list: [
      `${page}, session_id: ${text(world.session)}`,
      `${page}, session_id: ${text(world.batch)}`,
    ],
    legacy_compute_session: [`sess_id: "graph-main", ${key}`],
    legacy_compute_session_list: [page, `${page}, status: "TERMINATED"`],
    quota_scope: [`storage_host_name: ${text(world.host)}, quota_scope_id: ${text(`user:${world.admin}`)}`],
    container_registry: ['hostname: "registry.example.org"'],
    node: [`id: ${text(globalId('UserNode', live.friend.uuid))}`],
  }
}

/** Each query by its name, with all that it leads to; those without arguments of a kind once. */
export function queriesOf(live: Live, world: World): { name: string; document: string }[] {
  const given = argumentsOf(live, world)
  return Object.values(schema.getQueryType()?.getFields() ?? {}).flatMap((field) =>
    (given[field.name] ?? [standard(field)]).map((args) => ({
      name: field.name,
      document: `{ ${field.name}${args === '' ? '' : `(${args})`} ${selection(field.type, isList(field) ? 2 : 1)} }`,
    })),
  )
}

const isList = ({ args }: GraphQLField<unknown, unknown>): boolean =>
  args.some(({ name }) => name === 'limit' || name === 'first')
const standard = ({ args }: GraphQLField<unknown, unknown>): string =>
  args.some(({ name }) => name === 'limit') ? 'limit: 20, offset: 0' : ''
