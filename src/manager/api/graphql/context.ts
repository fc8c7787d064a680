import type { ManagerPorts, Requester } from '../../context.ts'
import type { BackgroundTasks } from '../../services/background-tasks.ts'

/** What resolvers work with; made for each request, so loaders remember by it. */
export interface GraphContext {
  readonly requester: Requester
  readonly ports: ManagerPorts
  readonly tasks: BackgroundTasks
  /** Users are told nothing of agents. */
  readonly hideAgents: boolean
  readonly allowsIntrospection: boolean
}

/** Arguments of every paginated list. */
export interface PageArgs {
  limit: number
  offset: number
  filter?: string | null
  order?: string | null
}
