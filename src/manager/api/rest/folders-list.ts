import { folderNameParams, listFoldersParams } from '../../../api/folder.ts'
import { findFolder } from '../../services/folders/find-folder.ts'
import type { FolderContext } from '../../services/folders/folder-context.ts'
import { folderUsage } from '../../services/folders/folder-usage.ts'
import { detailView } from '../../services/folders/folder-views.ts'
import { listFolders } from '../../services/folders/list-folders.ts'
import { ownerNames } from '../../services/folders/owner-names.ts'
import { json } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'

/** Which folders there are. */
export function folderListRoutes({ ports }: FolderContext): readonly Route[] {
  const { store } = ports
  return [
    defineRoute({
      method: 'GET',
      path: '/folders',
      summary: 'List folders',
      auth: 'user',
      params: listFoldersParams,
      handler: async ({ params, requester }) =>
        json(
          await listFolders(store, requester, {
            all: params.all ?? false,
            project: params.group_id,
            ownerEmail: params.owner_user_email,
          }),
        ),
    }),
    defineRoute({
      method: 'GET',
      path: '/folders/_/id',
      summary: 'Find the id of a folder by its name',
      auth: 'user',
      params: folderNameParams,
      handler: async ({ params, requester }) => {
        const { row } = await findFolder(store, requester, params.name, { permission: 'ro' })
        return json({ id: row.id.replaceAll('-', '') })
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/folders/:folder',
      summary: 'Show a folder',
      auth: 'user',
      handler: async ({ path, requester }) => {
        const folder = await findFolder(store, requester, path.folder ?? '', { permission: 'ro' })
        const [usage, owner] = await Promise.all([
          folderUsage(ports, folder.row),
          ownerNames(store, folder.row),
        ])
        return json(detailView(folder, usage, owner))
      },
    }),
  ]
}
