import { folderHostParams, folderOnHostParams, hostsParams, writeQuotaParams } from '../../../api/folder.ts'
import { storedFolder } from '../../services/folders/find-folder.ts'
import type { FolderContext } from '../../services/folders/folder-context.ts'
import { folderTypes } from '../../services/folders/folder-types.ts'
import {
  allHosts,
  folderOnHost,
  readQuota,
  usableHosts,
  writeQuota,
} from '../../services/folders/storage-volumes.ts'
import { json } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'

/** Storage hosts: which there are, how they do, and how much of them folders take. */
export function folderHostRoutes({ ports }: FolderContext): readonly Route[] {
  const usageOf = async ({ folder_host: host, id }: { folder_host: string; id: string }) =>
    await ports.storage.usage(storedFolder(await folderOnHost(ports, host, id)))
  return [
    defineRoute({
      method: 'GET',
      path: '/folders/_/hosts',
      summary: 'List the storage hosts that you may use',
      auth: 'user',
      params: hostsParams,
      handler: async ({ params, requester }) => json(await usableHosts(ports, requester, params.group_id)),
    }),
    ...['all-hosts', 'all_hosts'].map((name) =>
      defineRoute({
        method: 'GET',
        path: `/folders/_/${name}`,
        summary: 'List every storage host',
        auth: 'superadmin',
        handler: async () => json(await allHosts(ports)),
      }),
    ),
    ...['allowed-types', 'allowed_types'].map((name) =>
      defineRoute({
        method: 'GET',
        path: `/folders/_/${name}`,
        summary: 'List the folder types that may be made',
        auth: 'user',
        handler: async () => json(await folderTypes(ports.config)),
      }),
    ),
    defineRoute({
      method: 'GET',
      path: '/folders/_/perf-metric',
      summary: 'Show performance figures of a storage host',
      auth: 'superadmin',
      params: folderHostParams,
      handler: async ({ params }) => json({ metric: await ports.storage.metric(params.folder_host) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/folders/_/usage',
      summary: 'Count the files and bytes of a folder',
      auth: 'superadmin',
      params: folderOnHostParams,
      handler: async ({ params }) => {
        const { fileCount, usedBytes } = await usageOf(params)
        return json({ file_count: fileCount, used_bytes: usedBytes })
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/folders/_/used-bytes',
      summary: 'Count the bytes of a folder',
      auth: 'superadmin',
      params: folderOnHostParams,
      handler: async ({ params }) => json({ used_bytes: (await usageOf(params)).usedBytes }),
    }),
    defineRoute({
      method: 'GET',
      path: '/folders/_/quota',
      summary: 'Show the quota of a folder',
      auth: 'user',
      params: folderOnHostParams,
      handler: async ({ params, requester }) =>
        json(await readQuota(ports, requester, params.folder_host, params.id)),
    }),
    defineRoute({
      method: 'POST',
      path: '/folders/_/quota',
      summary: 'Set the quota of a folder',
      auth: 'user',
      whenFrozen: 'refuse',
      params: writeQuotaParams,
      handler: async ({ params, requester }) => {
        const bytes = params.input.size_bytes
        await writeQuota(ports, requester, params.folder_host, params.id, bytes)
        return json({ size_bytes: bytes })
      },
    }),
  ]
}
