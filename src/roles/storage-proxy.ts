import { join } from 'node:path'
import { vfs } from '../../plugins/storage-vfs/index.ts'
import { ConfigError } from '../config/config-error.ts'
import type { SharedConfig } from '../config/shared.ts'
import { VERSION } from '../core/version.ts'
import type { StoragePlugin, StorageVolume } from '../plugin/storage-volume.ts'
import { startStorageProxy } from '../storage-proxy/role.ts'
import type { RoleContext } from './context.ts'
import { nodeSecret } from './node-secret.ts'
import type { RunningRole } from './role.ts'

const PLUGINS: readonly StoragePlugin[] = [vfs]

/** Opens the configured volumes, or one in the data directory where none is, and serves them. */
export async function wireStorageProxy(context: RoleContext): Promise<RunningRole> {
  const { config, dataDir, clock } = context
  return startStorageProxy({
    api: config.api,
    settings: config.storageProxy,
    managerSecret: storageManagerSecret(context),
    tokenSecret: config.storageProxy.secret ?? nodeSecret(dataDir, 'storage-client'),
    volumes: await openVolumes(context),
    version: VERSION,
    clock,
    log: context.log.child({ role: 'storage-proxy' }),
  })
}

/** What managers show at the storage proxy of this node. */
const storageManagerSecret = ({ config, dataDir }: RoleContext): string =>
  config.api.manager.secret ?? nodeSecret(dataDir, 'storage-manager')

/** The name of the storage proxy that shares a process with the manager. */
const LOCAL = 'local'

/** Tells the managers of the proxy beside them; what an administrator has set of hosts and types stays. */
export async function introduceStorageProxy(
  context: RoleContext,
  { endpoints }: RunningRole,
  config: SharedConfig,
): Promise<void> {
  await config.setTree(`volumes/proxies/${LOCAL}`, {
    client_api: endpoints.storage ?? '',
    manager_api: endpoints['storage (manager side)'] ?? '',
    secret: storageManagerSecret(context),
  })
  const [volume = 'volume1'] = Object.keys(context.config.volume)
  await config.setIfAbsent('volumes/default_host', `${LOCAL}:${volume}`)
  const types = await config.getPrefix('volumes/_types')
  if (Object.keys(types).length === 0) await config.setTree('volumes/_types', { user: '', group: '' })
}

async function openVolumes({ config, dataDir }: RoleContext): Promise<StorageVolume[]> {
  const configured = Object.entries(config.volume)
  const fallback = { backend: 'vfs', path: join(dataDir, 'volumes/volume1'), fsprefix: '.', options: {} }
  const all = configured.length > 0 ? configured : [['volume1', fallback] as const]
  return Promise.all(
    all.map(([name, { backend, path, fsprefix, options }]) => {
      const plugin = PLUGINS.find((candidate) => candidate.backend === backend)
      if (!plugin) {
        const known = PLUGINS.map((candidate) => candidate.backend).join(', ')
        const message = `no storage plugin "${backend}"; there are: ${known}`
        throw new ConfigError([{ source: 'configuration', key: `volume.${name}.backend`, message }])
      }
      return plugin.open({ name, path: path ?? join(dataDir, 'volumes', name), fsprefix, options })
    }),
  )
}
