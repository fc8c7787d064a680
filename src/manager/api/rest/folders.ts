import type { FolderContext } from '../../services/folders/folder-context.ts'
import type { Route } from '../route.ts'
import { folderFileRoutes } from './folders-files.ts'
import { folderHostRoutes } from './folders-hosts.ts'
import { folderLifeRoutes } from './folders-life.ts'
import { folderListRoutes } from './folders-list.ts'
import { folderMountRoutes } from './folders-mounts.ts'
import { folderSharingRoutes } from './folders-sharing.ts'

/** Every route below `/folders` (client-wire.md §2.4). */
export const folderRoutes = (context: FolderContext): readonly Route[] => [
  ...folderListRoutes(context),
  ...folderLifeRoutes(context),
  ...folderFileRoutes(context),
  ...folderSharingRoutes(context),
  ...folderHostRoutes(context),
  ...folderMountRoutes(context),
]
