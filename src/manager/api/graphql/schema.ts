import { defaultFieldResolver, type GraphQLSchema, isObjectType } from 'graphql'
import { createSchema } from 'graphql-yoga'
import { Problem } from '../../../core/problem.ts'
import { agent } from './agent.ts'
import { auditMutations } from './audit-mutations.ts'
import { container } from './container.ts'
import { containerRegistry } from './container-registry.ts'
import type { GraphContext } from './context.ts'
import { domain } from './domain.ts'
import { endpoint } from './endpoint.ts'
import { endpointToken } from './endpoint-token.ts'
import { readGlobalId } from './global-id.ts'
import { group } from './group.ts'
import { groupNode } from './group-node.ts'
import { image } from './image.ts'
import { imageChanges } from './image-changes.ts'
import { keypair } from './keypair.ts'
import { keypairResourcePolicy } from './keypair-resource-policy.ts'
import { legacySession } from './legacy-session.ts'
import { modelCard } from './model-card.ts'
import { projectResourcePolicy } from './project-resource-policy.ts'
import { quotaScope } from './quota-scope.ts'
import { refuseWhileFrozen } from './refuse-while-frozen.ts'
import type { GraphResource } from './resource.ts'
import { resourcePreset } from './resource-preset.ts'
import rootSdl from './root.graphql' with { type: 'text' }
import { routing } from './routing.ts'
import { scalars } from './scalars.ts'
import { scalingGroup } from './scaling-group.ts'
import { scalingGroupAssociation } from './scaling-group-association.ts'
import { session } from './session.ts'
import { storageVolume } from './storage-volume.ts'
import { user } from './user.ts'
import { userNode } from './user-node.ts'
import { userResourcePolicy } from './user-resource-policy.ts'
import { vfolder } from './vfolder.ts'
import { vfolderNode } from './vfolder-node.ts'
import { vfolderPermission } from './vfolder-permission.ts'

const RESOURCES: readonly GraphResource[] = [
  agent,
  session,
  legacySession,
  container,
  image,
  imageChanges,
  domain,
  group,
  groupNode,
  user,
  userNode,
  keypair,
  keypairResourcePolicy,
  userResourcePolicy,
  projectResourcePolicy,
  resourcePreset,
  scalingGroup,
  scalingGroupAssociation,
  containerRegistry,
  vfolder,
  vfolderNode,
  vfolderPermission,
  storageVolume,
  quotaScope,
  endpoint,
  routing,
  endpointToken,
  modelCard,
]

/** The whole schema: our SDL files and the resolvers beside them. */
export function createGraphSchema(): GraphQLSchema {
  const joined = <Part extends 'queries' | 'mutations' | 'types'>(part: Part) =>
    Object.assign({}, ...RESOURCES.map((resource) => resource[part] ?? {}))
  const schema = createSchema({
    typeDefs: [rootSdl, ...RESOURCES.map(({ sdl }) => sdl)],
    resolvers: {
      ...scalars,
      ...joined('types'),
      Queries: { node: findNode, ...joined('queries') },
      Mutations: auditMutations(refuseWhileFrozen(joined('mutations'))),
    },
    resolverValidationOptions: { requireResolversForResolveType: 'ignore' },
  })
  readRowsInCamelCase(schema)
  return schema
}

type AnyFinder = (context: GraphContext, id: string) => Promise<object | null>

const FINDERS: ReadonlyMap<string, AnyFinder> = new Map(
  RESOURCES.flatMap(({ nodes }) => Object.entries<AnyFinder>(nodes ?? {})),
)

async function findNode(_: unknown, { id }: { id: string }, context: GraphContext) {
  const { type, id: plain } = readGlobalId(id)
  const find = FINDERS.get(type)
  if (!find) {
    throw new Problem('invalid-api-params', {
      msg: `There are no nodes of the type "${type}".`,
      data: { id },
    })
  }
  const row = await find(context, plain)
  return row && { ...row, __typename: type }
}

/** Fields without a resolver read the row's property: `status_changed` from `statusChanged`. */
function readRowsInCamelCase(schema: GraphQLSchema): void {
  const roots = [schema.getQueryType(), schema.getMutationType()]
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || roots.includes(type) || type.name.startsWith('__')) continue
    for (const field of Object.values(type.getFields())) {
      if (field.resolve && field.resolve !== defaultFieldResolver) continue
      const camel = field.name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
      field.resolve = (row) => Reflect.get(row, camel) ?? Reflect.get(row, field.name) ?? null
    }
  }
}
