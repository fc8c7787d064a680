import { Hono } from 'hono'
import type { LoadedConfig } from '../config/loader.ts'
import { notFound, Problem } from '../core/problem.ts'
import { answerProblems } from '../lib/http/problem-edge.ts'
import { serveHttp } from '../lib/http/serve.ts'
import type { Logger } from '../lib/logger.ts'
import { sameText } from '../lib/same-text.ts'
import type { StorageVolume } from '../plugin/storage-volume.ts'
import type { RunningRole } from '../roles/role.ts'

const MAX_BODY = 1024 * 1024

export interface StorageProxyOptions {
  api: LoadedConfig['api']
  /** Shared with the managers; header `X-BackendAI-Storage-Auth-Token`. */
  managerSecret: string
  volumes: readonly StorageVolume[]
  version: string
  log: Logger
}

/** The storage proxy role: which volumes this node has and how they are (storage.md). */
export async function startStorageProxy(options: StorageProxyOptions): Promise<RunningRole> {
  const { api, version } = options
  const client = answerProblems(new Hono(), options.log)
  client.get('/', (c) => c.json({ status: 'ok', type: 'client-facing', 'storage-proxy': version }))
  const clientAddress = api.client.serviceAddr
  const clientServing = await serveHttp({
    fetch: (request) => client.fetch(request),
    ...clientAddress,
    maxBodyBytes: MAX_BODY,
  })
  try {
    const managerAddress = api.manager.serviceAddr
    const manager = managerApp(options)
    const managerServing = await serveHttp({
      fetch: (request, env) => manager.fetch(request, env),
      ...managerAddress,
      maxBodyBytes: MAX_BODY,
    })
    return {
      name: 'storage-proxy',
      endpoints: {
        storage: `http://${clientAddress.host}:${clientServing.port}`,
        'storage (manager side)': `http://${managerAddress.host}:${managerServing.port}`,
      },
      [Symbol.asyncDispose]: async () => {
        await managerServing[Symbol.asyncDispose]()
        await clientServing[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    await clientServing[Symbol.asyncDispose]()
    throw error
  }
}

function managerApp({ managerSecret, volumes, version, log }: StorageProxyOptions): Hono {
  const app = answerProblems(new Hono(), log)
  const status = { status: 'ok', type: 'manager-facing', 'storage-proxy': version }
  app.get('/', (c) => c.json(status))
  app.get('/status', (c) => c.json(status))
  app.use(async (c, next) => {
    if (!sameText(c.req.header('x-backendai-storage-auth-token') ?? '', managerSecret)) {
      throw new Problem('auth-failed', { status: 403, msg: 'The shared secret is missing or wrong.' })
    }
    await next()
  })
  app.get('/volumes', (c) =>
    c.json({
      volumes: volumes.map(({ name, backend, path, fsprefix, capabilities }) => ({
        name,
        backend,
        path,
        fsprefix,
        capabilities,
      })),
    }),
  )
  const named = (name: string | undefined): StorageVolume => {
    const volume = volumes.find((candidate) => candidate.name === name)
    if (!volume)
      throw notFound('volume', `This storage node has ${volumes.map((v) => v.name).join(', ') || 'none'}.`)
    return volume
  }
  app.get('/volume/hwinfo', async (c) => {
    const { status, info } = await named(c.req.query('volume')).health()
    return c.json({ status, status_info: info, metadata: {} })
  })
  app.get('/folder/fs-usage', async (c) => {
    const { capacityBytes, usedBytes } = await named(c.req.query('volume')).usage()
    return c.json({ capacity_bytes: capacityBytes, used_bytes: usedBytes })
  })
  return app
}
