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
      handler: async ({ path, requester }) => {
        await trashFolder(ports, requester, path.folder ?? '')
        return noContent()
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/folders',
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
        ['restore-from-trash-bin', restoreFolder],
        ['delete-from-trash-bin', emptyTrash],
        ['purge', purgeFolder],
      ] as const
    ).map(([name, act]) =>
      defineRoute({
        ...changing,
        method: 'POST',
        path: `/folders/${name}`,
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
