import { notFound } from '../../../core/problem.ts'
import type { StorageHost } from '../../storage/storage-hosts.ts'
import { requireSuperadmin } from './access.ts'
import type { GraphContext } from './context.ts'
import { filtered } from './filter-values.ts'
import { pageBounds } from './page.ts'
import type { GraphResource } from './resource.ts'
import sdl from './storage-volume.graphql' with { type: 'text' }

const valuesOf = ({ host, backend, path, fsprefix, capabilities }: StorageHost) => ({
  id: host,
  proxy: proxyOf(host),
  name: nameOf(host),
  backend,
  path,
  fsprefix,
  capabilities,
})

const proxyOf = (host: string): string => host.slice(0, Math.max(0, host.indexOf(':')))
const nameOf = (host: string): string => host.slice(host.indexOf(':') + 1)

/** What a volume tells of itself; one that does not answer has nothing to tell, and the list goes on. */
async function told<Facts>({ ports }: GraphContext, host: string, ask: () => Promise<Facts>) {
  try {
    return await ask()
  } catch (error) {
    ports.log.debug({ err: error, host }, 'a storage volume does not tell of itself')
    return null
  }
}

export const storageVolume = {
  sdl,
  queries: {
    storage_volume: async (_, { id }, context) => {
      requireSuperadmin(context)
      const found = (await context.ports.storage.list()).find(({ host }) => host === id)
      if (!found) throw notFound('storage volume', `There is no storage volume "${id ?? ''}".`)
      return found
    },
    storage_volume_list: async (_, args, context) => {
      requireSuperadmin(context)
      const { limit, offset } = pageBounds(args)
      const found = filtered(await context.ports.storage.list(), valuesOf, args)
      return { items: found.slice(offset, offset + limit), total_count: found.length }
    },
  },
  types: {
    StorageVolume: {
      id: (row) => row.host,
      proxy: (row) => proxyOf(row.host),
      name: (row) => nameOf(row.host),
      hardware_metadata: (row, _, context) =>
        told(context, row.host, () => context.ports.storage.hardware(row.host)),
      performance_metric: async (row, _, context) =>
        row.capabilities.includes('metric')
          ? await told(context, row.host, () => context.ports.storage.metric(row.host))
          : {},
      usage: async (row, _, context) => {
        const usage = await told(context, row.host, () => context.ports.storage.fsUsage(row.host))
        return usage && { capacity_bytes: usage.capacityBytes, used_bytes: usage.usedBytes }
      },
    },
  },
} satisfies GraphResource
