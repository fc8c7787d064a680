import { Hono } from 'hono'
import * as v from 'valibot'
import { Problem } from '../core/problem.ts'
import { answerProblems } from '../lib/http/problem-edge.ts'
import { sameText } from '../lib/same-text.ts'
import { addFileRoutes } from './manager-files.ts'
import { readParams, type StorageEnv } from './read-params.ts'
import { StorageProblem, storageProblemResponse } from './storage-problem.ts'
import { type StorageProxyContext, vfidParam, volumeNamed } from './storage-proxy-context.ts'

const ofVolume = v.object({ volume: v.string() })
const ofScope = v.object({ volume: v.string(), qsid: v.string() })
const limit = v.optional(v.nullable(v.pipe(v.number(), v.safeInteger())), null)
const scopeOptions = v.optional(v.nullable(v.object({ limit_bytes: limit })), null)
const ofFolder = v.object({ volume: v.string(), vfid: vfidParam })

/** Zero and less: no limit. */
const limitOf = (bytes: number | null | undefined): number | null => (bytes && bytes > 0 ? bytes : null)

/** The manager-facing side (storage.md §2): everything but its state needs the shared secret. */
export function managerApi(context: StorageProxyContext, managerSecret: string): Hono<StorageEnv> {
  const { volumes, version, log } = context
  const app = answerProblems(new Hono<StorageEnv>(), log, (error, path) =>
    storageProblemResponse(error, path === '/quota-scope' ? { exists: 409 } : {}),
  )
  const named = (name: string) => volumeNamed(volumes, name)

  const status = { status: 'ok', type: 'manager-facing', 'storage-proxy': version }
  app.get('/', (c) => c.json(status))
  app.get('/status', (c) => c.json(status))
  app.use(async (c, next) => {
    if (!sameText(c.req.header('x-backendai-storage-auth-token') ?? '', managerSecret))
      throw new Problem('auth-failed', { status: 403, msg: 'The shared secret is missing or wrong.' })
    await next()
  })

  app.get('/volumes', (c) => {
    const shown = volumes.map(({ name, backend, path, fsprefix, capabilities }) => {
      return { name, backend, path, fsprefix, capabilities }
    })
    return c.json({ volumes: shown })
  })
  app.get('/volume/hwinfo', async (c) => {
    const { volume } = await readParams(c, ofVolume)
    const { status: state, info } = await named(volume).health()
    return c.json({ status: state, status_info: info, metadata: {} })
  })
  app.get('/volume/performance-metric', async (c) => {
    const { volume } = await readParams(c, ofVolume)
    const metric = await named(volume).metric()
    return c.json({
      metric: {
        iops_read: metric.iopsRead,
        iops_write: metric.iopsWrite,
        io_bytes_read: metric.bytesRead,
        io_bytes_write: metric.bytesWrite,
        io_usec_read: metric.usecRead,
        io_usec_write: metric.usecWrite,
      },
    })
  })
  app.on(['GET', 'PATCH'], '/volume/quota', () => {
    throw new StorageProblem('unsupported', 'Quotas belong to quota scopes: ask /quota-scope.')
  })
  app.get('/folder/fs-usage', async (c) => {
    const { volume } = await readParams(c, ofVolume)
    const { capacityBytes, usedBytes } = await named(volume).usage()
    return c.json({ capacity_bytes: capacityBytes, used_bytes: usedBytes })
  })

  app.post('/quota-scope', async (c) => {
    const schema = v.object({ ...ofScope.entries, options: scopeOptions })
    const { volume, qsid, options } = await readParams(c, schema)
    await named(volume).createQuotaScope(qsid, limitOf(options?.limit_bytes))
    return c.body(null, 204)
  })
  app.get('/quota-scope', async (c) => {
    const { volume, qsid } = await readParams(c, ofScope)
    const { usedBytes, limitBytes } = await named(volume).quota(qsid)
    return c.json({ used_bytes: usedBytes, limit_bytes: limitBytes })
  })
  app.patch('/quota-scope', async (c) => {
    const schema = v.object({ ...ofScope.entries, options: v.object({ limit_bytes: limit }) })
    const { volume, qsid, options } = await readParams(c, schema)
    await named(volume).setQuota(qsid, limitOf(options.limit_bytes))
    return c.body(null, 204)
  })
  app.delete('/quota-scope/quota', async (c) => {
    const { volume, qsid } = await readParams(c, ofScope)
    await named(volume).quota(qsid)
    await named(volume).setQuota(qsid, null)
    return c.body(null, 204)
  })

  app.post('/folder/create', async (c) => {
    const options = v.optional(v.nullable(v.object({ initial_max_size_for_quota_scope: limit })), null)
    const given = await readParams(c, v.object({ ...ofFolder.entries, options }))
    const most = limitOf(given.options?.initial_max_size_for_quota_scope)
    await named(given.volume).createFolder(given.vfid, most)
    return c.body(null, 204)
  })
  app.post('/folder/delete', async (c) => {
    const { volume, vfid } = await readParams(c, ofFolder)
    await named(volume).deleteFolder(vfid)
    return c.body(null, 204)
  })
  app.post('/folder/clone', async (c) => {
    const given = await readParams(
      c,
      v.object({
        src_volume: v.string(),
        src_vfid: vfidParam,
        dst_volume: v.optional(v.nullable(v.string()), null),
        dst_vfid: vfidParam,
      }),
    )
    if (given.dst_volume !== null && given.dst_volume !== given.src_volume)
      throw new StorageProblem('unsupported', 'A folder is cloned within its volume only.')
    await named(given.src_volume).cloneFolder(given.src_vfid, given.dst_vfid, c.env.signal)
    return c.body(null, 204)
  })
  app.get('/folder/mount', async (c) => {
    const given = await readParams(c, v.object({ ...ofFolder.entries, subpath: v.optional(v.string(), '.') }))
    return c.json({ path: await named(given.volume).hostPath(given.vfid, given.subpath) })
  })
  addFileRoutes(app, context)
  return app
}
