import type { ManagerPorts, Requester } from '../../context.ts'
import type { BackgroundTasks } from '../../services/background-tasks.ts'
import type { AuditNotes } from '../audit.ts'

/** What resolvers work with; made for each request, so loaders remember by it. */
export interface GraphContext {
  readonly requester: Requester
  readonly ports: ManagerPorts
  readonly tasks: BackgroundTasks
  /** Users are told nothing of agents. */
  readonly hideAgents: boolean
  readonly allowsIntrospection: boolean
  readonly audit: AuditNotes
}

/** Arguments of every paginated list. */
export interface PageArgs {
  limit: number
  offset: number
  filter?: string | null
  order?: string | null
}
