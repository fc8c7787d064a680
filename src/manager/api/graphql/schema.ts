import { defaultFieldResolver, type GraphQLSchema, isObjectType } from 'graphql'
import { createSchema } from 'graphql-yoga'
import { VFOLDER_HOST_PERMISSIONS } from '../../services/host-permissions.ts'
import accountSdl from './account.graphql' with { type: 'text' }
import { accountQueries, folderFields, groupFields, keypairFields, userFields } from './account.ts'
import agentSdl from './agent.graphql' with { type: 'text' }
import { agentFields, agentQueries, agentSummaryFields } from './agent.ts'
import containerSdl from './container.graphql' with { type: 'text' }
import { containerFields, containerQueries } from './container.ts'
import imageSdl from './image.graphql' with { type: 'text' }
import { imageFields, imageMutations, imageQueries } from './image.ts'
import rootSdl from './root.graphql' with { type: 'text' }
import { scalars } from './scalars.ts'
import sessionSdl from './session.graphql' with { type: 'text' }
import { sessionFields, sessionQueries } from './session.ts'

/** The whole schema: our SDL files and the resolvers beside them. */
export function createGraphSchema(): GraphQLSchema {
  const schema = createSchema({
    typeDefs: [rootSdl, agentSdl, sessionSdl, containerSdl, imageSdl, accountSdl],
    resolvers: {
      ...scalars,
      Queries: {
        vfolder_host_permissions: () => ({ vfolder_host_permission_list: VFOLDER_HOST_PERMISSIONS }),
        ...agentQueries,
        ...sessionQueries,
        ...containerQueries,
        ...imageQueries,
        ...accountQueries,
      },
      Mutations: { ...imageMutations },
      Agent: { ...agentFields },
      AgentSummary: { ...agentSummaryFields },
      ComputeSession: { ...sessionFields },
      ComputeContainer: { ...containerFields },
      Image: { ...imageFields },
      User: { ...userFields },
      KeyPair: { ...keypairFields },
      Group: { ...groupFields },
      VirtualFolder: { ...folderFields },
    },
    resolverValidationOptions: { requireResolversForResolveType: 'ignore' },
  })
  readRowsInCamelCase(schema)
  return schema
}

/** Fields without a resolver read the row's property: `status_changed` from `statusChanged`. */
function readRowsInCamelCase(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue
    for (const field of Object.values(type.getFields())) {
      if (field.resolve && field.resolve !== defaultFieldResolver) continue
      const camel = field.name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
      field.resolve = (row) => Reflect.get(row, camel) ?? Reflect.get(row, field.name) ?? null
    }
  }
}
