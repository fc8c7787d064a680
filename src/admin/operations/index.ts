import { agentToken } from './agent-token.ts'
import { agentList, agentPing } from './agents.ts'
import { clearHistory } from './clear-history.ts'
import type { Operation } from './define.ts'
import { fixturePopulate } from './fixture-populate.ts'
import { graphqlQuery } from './graphql-query.ts'
import { imageForget, imageSetLimit } from './image-changes.ts'
import { imageAlias, imageDealias, imageInspect, imageList } from './images.ts'
import { imageRescan, imageRescanState } from './rescan-images.ts'
import { userResetPassword } from './reset-password.ts'
import { schedulerLastRuns } from './scheduler.ts'
import { schemaShow } from './schema-show.ts'
import { configDelete, configGet, configMove, configPut, configPutTree, configTree } from './shared-config.ts'

/** Every operation by its name on the socket. */
export const operations = {
  'schema.show': schemaShow,
  'fixture.populate': fixturePopulate,
  'config.get': configGet,
  'config.tree': configTree,
  'config.put': configPut,
  'config.put-tree': configPutTree,
  'config.delete': configDelete,
  'config.move': configMove,
  'history.clear': clearHistory,
  'agent.token': agentToken,
  'agent.list': agentList,
  'agent.ping': agentPing,
  'scheduler.last-runs': schedulerLastRuns,
  'graphql.query': graphqlQuery,
  'user.reset-password': userResetPassword,
  'image.list': imageList,
  'image.inspect': imageInspect,
  'image.forget': imageForget,
  'image.set-limit': imageSetLimit,
  'image.alias': imageAlias,
  'image.dealias': imageDealias,
  'image.rescan': imageRescan,
  'image.rescan-state': imageRescanState,
} as const

export type OperationName = keyof typeof operations
export type ParamsOf<Name extends OperationName> =
  (typeof operations)[Name] extends Operation<infer Params, unknown> ? Params : never
export type ResultOf<Name extends OperationName> =
  (typeof operations)[Name] extends Operation<never, infer Result>
    ? Result
    : Awaited<ReturnType<(typeof operations)[Name]['run']>>

export const isOperationName = (name: string): name is OperationName => Object.hasOwn(operations, name)
