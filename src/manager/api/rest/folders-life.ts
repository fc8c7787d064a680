import {
  cloneFolderParams,
  createFolderParams,
  folderIdParams,
  folderOptionsParams,
  ownershipParams,
  renameFolderParams,
} from '../../../api/folder.ts'
import { changeFolderOptions, renameFolder } from '../../services/folders/change-folder.ts'
import { changeOwnership } from '../../services/folders/change-ownership.ts'
import { cloneFolder } from '../../services/folders/clone-folder.ts'
import { createFolder } from '../../services/folders/create-folder.ts'
import {
  emptyTrash,
  purgeFolder,
  restoreFolder,
  trashAnyFolder,
  trashFolder,
} from '../../services/folders/delete-folder.ts'
import type { FolderContext } from '../../services/folders/folder-context.ts'
import { createdView } from '../../services/folders/folder-views.ts'
import { empty, json, noContent } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'

/** Making, changing, copying and deleting folders. */
export function folderLifeRoutes(context: FolderContext): readonly Route[] {
  const { ports } = context
  const changing = { auth: 'user', whenFrozen: 'refuse' } as const
  return [
    defineRoute({
      ...changing,
      method: 'POST',
      path: '/folders',
      summary: 'Create a folder',
      params: createFolderParams,
      handler: async ({ params, requester }) => {
        const row = await createFolder(context, requester, {
          name: params.name,
          host: params.host,
          group: params.group,
          usageMode: params.usage_mode ?? 'general',
          permission: params.permission ?? 'rw',
          unmanagedPath: params.unmanaged_path,
          cloneable: params.cloneable ?? false,
          quota: params.quota,
        })
        return json(createdView(row), 201)
      },
    }),
    defineRoute({
      ...changing,
      method: 'POST',
      path: '/folders/:folder/clone',
      summary: 'Clone a folder in the background',
      params: cloneFolderParams,
      handler: async ({ params, path, requester }) => {
        const { row, taskId } = await cloneFolder(context, requester, path.folder ?? '', {
          name: params.target_name,
          host: params.target_host,
          cloneable: params.cloneable ?? false,
          usageMode: params.usage_mode ?? 'general',
          permission: params.permission ?? 'rw',
        })
        return json({ ...createdView(row), bgtask_id: taskId }, 201)
      },
    }),
    defineRoute({
      ...changing,
      method: 'POST',
      path: '/folders/:folder/rename',
      summary: 'Rename a folder',
      params: renameFolderParams,
      handler: async ({ params, path, requester }) => {
        await renameFolder(ports, requester, path.folder ?? '', params.new_name)
        return empty(201)
      },
    }),
    defineRoute({
      ...changing,
      method: 'POST',
      path: '/folders/:folder/update-options',
      summary: 'Change options of a folder',
      params: folderOptionsParams,
      handler: async ({ params, path, requester }) => {
        await changeFolderOptions(ports, requester, path.folder ?? '', params)
        return empty(201)
      },
    }),
    defineRoute({
      ...changing,
      method: 'DELETE',
      path: '/folders/:folder',
      summary: 'Move a folder to the trash',
      handler: async ({ path, requester }) => {
        await trashFolder(ports, requester, path.folder ?? '')
        return noContent()
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/folders',
      summary: 'Move any folder to the trash by its id',
      auth: 'superadmin',
      whenFrozen: 'refuse',
      params: folderIdParams,
      handler: async ({ params }) => {
        await trashAnyFolder(ports, params.id)
        return noContent()
      },
    }),
    ...(
      [
        ['restore-from-trash-bin', 'Take a folder out of the trash', restoreFolder],
        ['delete-from-trash-bin', 'Delete the files of a folder in the trash', emptyTrash],
        ['purge', 'Remove a deleted folder for good', purgeFolder],
      ] as const
    ).map(([name, summary, act]) =>
      defineRoute({
        ...changing,
        method: 'POST',
        path: `/folders/${name}`,
        summary,
        params: folderIdParams,
        handler: async ({ params, requester }) => {
          await act(context, requester, params.id)
          return noContent()
        },
      }),
    ),
    defineRoute({
      method: 'POST',
      path: '/folders/_/change-ownership',
      summary: 'Hand a folder over to another user',
      auth: 'superadmin',
      whenFrozen: 'refuse',
      params: ownershipParams,
      handler: async ({ params }) => {
        await changeOwnership(ports, params.vfolder, params.user_email)
        return json({})
      },
    }),
  ]
}
