import {
  folderFilesParams,
  makeDirectoryParams,
  moveFileParams,
  removeFilesParams,
  renameFileParams,
  requestDownloadParams,
  requestUploadParams,
} from '../../../api/folder.ts'
import type { FolderContext } from '../../services/folders/folder-context.ts'
import {
  listFiles,
  makeDirectories,
  moveFile,
  removeFiles,
  renameFile,
  requestDownload,
  requestUpload,
} from '../../services/folders/folder-files.ts'
import type { StoredFile } from '../../storage/storage-hosts.ts'
import { json } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'

/** The files of folders; their bytes go between clients and storage proxies. */
export function folderFileRoutes({ ports }: FolderContext): readonly Route[] {
  const changing = { auth: 'user', whenFrozen: 'refuse' } as const
  return [
    defineRoute({
      method: 'GET',
      path: '/folders/:folder/files',
      summary: 'List files of a folder',
      auth: 'user',
      params: folderFilesParams,
      handler: async ({ params, path, requester }) => {
        const wanted = params.path ?? ''
        const files = await listFiles(ports, requester, path.folder ?? '', wanted)
        return json({
          items: files.map((file) => ({ ...file, mode: file.mode.toString(8) })),
          // Older clients read this one: JSON in a text.
          files: JSON.stringify(files.map(legacyItem)),
          folder_path: wanted,
          errors: '',
        })
      },
    }),
    defineRoute({
      ...changing,
      method: 'POST',
      path: '/folders/:folder/mkdir',
      summary: 'Make a directory in a folder',
      params: makeDirectoryParams,
      handler: async ({ params, path, requester }) => {
        const options = { parents: params.parents ?? true, existOk: params.exist_ok ?? false }
        await makeDirectories(ports, requester, path.folder ?? '', params.path, options)
        const success = params.path.map((item) => ({ msg: null, item }))
        return json({ results: { success, failed: [] } }, 201)
      },
    }),
    ...['rename-file', 'rename_file'].map((name) =>
      defineRoute({
        ...changing,
        method: 'POST',
        path: `/folders/:folder/${name}`,
        summary: 'Rename a file in place',
        params: renameFileParams,
        handler: async ({ params, path, requester }) => {
          await renameFile(ports, requester, path.folder ?? '', params.target_path, params.new_name)
          return json({})
        },
      }),
    ),
    defineRoute({
      ...changing,
      method: 'POST',
      path: '/folders/:folder/move-file',
      summary: 'Move a file within its folder',
      params: moveFileParams,
      handler: async ({ params, path, requester }) => {
        await moveFile(ports, requester, path.folder ?? '', params.src, params.dst)
        return json({})
      },
    }),
    ...['delete-files', 'delete_files'].map((name) =>
      defineRoute({
        ...changing,
        method: 'DELETE',
        path: `/folders/:folder/${name}`,
        summary: 'Delete files of a folder',
        params: removeFilesParams,
        handler: async ({ params, path, requester }) => {
          const options = { recursive: params.recursive ?? false }
          await removeFiles(ports, requester, path.folder ?? '', params.files, options)
          return json({})
        },
      }),
    ),
    defineRoute({
      ...changing,
      method: 'POST',
      path: '/folders/:folder/request-upload',
      summary: 'Open an upload session on the storage proxy',
      params: requestUploadParams,
      handler: async ({ params, path, requester }) =>
        json(await requestUpload(ports, requester, path.folder ?? '', params.path, params.size)),
    }),
    defineRoute({
      method: 'POST',
      path: '/folders/:folder/request-download',
      summary: 'Get a download link from the storage proxy',
      auth: 'user',
      params: requestDownloadParams,
      handler: async ({ params, path, requester }) => {
        const options = { archive: params.archive ?? false }
        return json(await requestDownload(ports, requester, path.folder ?? '', params.path, options))
      },
    }),
  ]
}

const seconds = (iso: string): number => Math.floor(Date.parse(iso) / 1000)

const TYPES = { FILE: '-', DIRECTORY: 'd', SYMLINK: 'l' } as const

/** `-rw-r--r--` */
const modeText = ({ type, mode }: StoredFile): string =>
  TYPES[type] + [...'rwxrwxrwx'].map((letter, bit) => (mode & (0o400 >> bit) ? letter : '-')).join('')

const legacyItem = (file: StoredFile) => ({
  filename: file.name,
  mode: modeText(file),
  size: file.size,
  ctime: seconds(file.created),
  mtime: seconds(file.modified),
  atime: seconds(file.modified),
})
