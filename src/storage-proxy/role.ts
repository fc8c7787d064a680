import { randomUUID } from 'node:crypto'
import type { LoadedConfig } from '../config/loader.ts'
import type { Clock } from '../lib/clock.ts'
import { serveHttp } from '../lib/http/serve.ts'
import type { Logger } from '../lib/logger.ts'
import type { StorageVolume } from '../plugin/storage-volume.ts'
import type { RunningRole } from '../roles/role.ts'
import { clientApi } from './client-api.ts'
import { managerApi } from './manager-api.ts'
import type { StorageProxyContext } from './storage-proxy-context.ts'

const MAX_BODY = 1024 * 1024

export interface StorageProxyOptions {
  api: LoadedConfig['api']
  settings: Pick<LoadedConfig['storageProxy'], 'maxUploadSize' | 'scandirLimit' | 'sessionExpire'>
  /** Shared with the managers; header `X-BackendAI-Storage-Auth-Token`. */
  managerSecret: string
  /** Signs upload and download tokens. */
  tokenSecret: string
  volumes: readonly StorageVolume[]
  version: string
  clock: Clock
  log: Logger
}

/** The storage proxy role: folders of this node's volumes for managers, and their files for clients (storage.md). */
export async function startStorageProxy(options: StorageProxyOptions): Promise<RunningRole> {
  const { api, settings, log } = options
  const context: StorageProxyContext = {
    volumes: options.volumes,
    tokenSecret: options.tokenSecret,
    tokenLifetimeMs: settings.sessionExpire * 1000,
    maxUploadSize: settings.maxUploadSize,
    scandirLimit: settings.scandirLimit,
    now: () => options.clock.now(),
    newId: randomUUID,
    version: options.version,
    log,
  }
  await using stack = new AsyncDisposableStack()
  const onError = (error: unknown) => log.warn({ err: error }, 'an answer broke off')
  const serve = async (
    app: ReturnType<typeof managerApi>,
    { host, port }: { host: string; port: number },
  ) => {
    const serving = stack.use(
      await serveHttp({
        fetch: (request, env) => app.fetch(request, env),
        host,
        port,
        maxBodyBytes: MAX_BODY,
        onError,
      }),
    )
    return `http://${reachable(host)}:${serving.port}`
  }
  const client = await serve(clientApi(context), api.client.serviceAddr)
  const manager = await serve(managerApi(context, options.managerSecret), api.manager.serviceAddr)
  const owned = stack.move()
  return {
    name: 'storage-proxy',
    endpoints: { storage: client, 'storage (manager side)': manager },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** A wildcard address is reached through the loopback. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::' || host === '') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
