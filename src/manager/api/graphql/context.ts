import type { ManagerPorts, Requester } from '../../context.ts'
import type { BackgroundTasks } from '../../services/background-tasks.ts'
import type { Loaders } from './loaders.ts'

/** What resolvers work with; made for each request. */
export interface GraphContext {
  readonly requester: Requester
  readonly ports: ManagerPorts
  readonly tasks: BackgroundTasks
  readonly loaders: Loaders
  /** Users are told nothing of agents. */
  readonly hideAgents: boolean
  readonly allowsIntrospection: boolean
}

/**
 * The fields of a type, made from its row; those that are missing are the row's property of the same name in camel
 * case. `never` lets each resolver name its own arguments.
 */
export type FieldsOf<Row> = Readonly<
  Record<string, (row: Row, args: never, context: GraphContext) => unknown>
>
/** Fields of the query or mutation root. */
export type RootFields = FieldsOf<unknown>

/** Arguments of every paginated list. */
export interface PageArgs {
  limit: number
  offset: number
  filter?: string | null
  order?: string | null
}
