import type { Tables } from '../../../db/tables/index.ts'
import type { ManagerPorts } from '../../context.ts'
import type { BackgroundTasks } from '../background-tasks.ts'

export type FolderRow = Tables['vfolders']['$inferSelect']

export type FolderPorts = Pick<ManagerPorts, 'store' | 'config' | 'storage' | 'agents' | 'clock' | 'log'>

/** What the services of folders share. */
export interface FolderContext {
  ports: FolderPorts
  tasks: Pick<BackgroundTasks, 'start'>
  newId: () => string
}
