import type { Hono } from 'hono'
import * as v from 'valibot'
import type { FileEntry } from '../plugin/storage-volume.ts'
import { readParams, type StorageEnv } from './read-params.ts'
import { StorageProblem, storageProblemResponse } from './storage-problem.ts'
import { filesOf, type StorageProxyContext, vfidParam } from './storage-proxy-context.ts'
import { transferToken } from './transfer-token.ts'

const SCAN_BUDGET_MS = 30_000
const MAX_DIRECTORIES = 50

const folder = { volume: v.string(), vfid: vfidParam }
const ofFolder = v.object(folder)
const ofPath = v.object({ ...folder, relpath: v.string() })
const yes = (usual: boolean) => v.optional(v.boolean(), usual)
const directories = v.pipe(
  v.union([v.string(), v.array(v.string())]),
  v.transform((paths) => (typeof paths === 'string' ? [paths] : paths)),
  v.minLength(1),
  v.maxLength(MAX_DIRECTORIES),
)

/** The routes below `/folder` that are about the files of one (storage.md §2). */
export function addFileRoutes(app: Hono<StorageEnv>, context: StorageProxyContext): void {
  app.get('/folder/usage', async (c) => {
    const files = await filesOf(context, await readParams(c, ofFolder))
    const { fileCount, usedBytes } = await files.usage(SCAN_BUDGET_MS)
    return c.json({ file_count: fileCount, used_bytes: usedBytes })
  })
  app.get('/folder/used-bytes', async (c) => {
    const files = await filesOf(context, await readParams(c, ofFolder))
    return c.json({ used_bytes: (await files.usage(SCAN_BUDGET_MS)).usedBytes })
  })
  app.post('/folder/file/mkdir', async (c) => {
    const schema = v.object({ ...folder, relpath: directories, parents: yes(true), exist_ok: yes(false) })
    const params = await readParams(c, schema)
    const files = await filesOf(context, params)
    const success: { msg: string | null; item: string }[] = []
    const failed: { msg: string; item: string; error_code: string }[] = []
    for (const item of params.relpath) {
      try {
        await files.makeDirectory(item, { parents: params.parents, existOk: params.exist_ok })
        success.push({ msg: null, item })
      } catch (error) {
        const answer = storageProblemResponse(error)
        if (answer === null) throw error
        const { msg, error_code } = v.parse(
          v.object({ msg: v.string(), error_code: v.string() }),
          await answer.json(),
        )
        failed.push({ msg, item, error_code })
      }
    }
    const status = failed.length === 0 ? 200 : success.length === 0 ? 422 : 207
    return c.json({ results: { success, failed } }, status)
  })
  app.post('/folder/file/list', async (c) => {
    const params = await readParams(c, ofPath)
    const entries = await (await filesOf(context, params)).list(params.relpath, context.scandirLimit)
    return c.json({ items: entries.map(fileItem) })
  })
  app.post('/folder/file/rename', async (c) => {
    const params = await readParams(c, v.object({ ...ofPath.entries, new_name: v.string() }))
    await (await filesOf(context, params)).rename(params.relpath, params.new_name)
    return c.body(null, 204)
  })
  app.post('/folder/file/move', async (c) => {
    const schema = v.object({ ...folder, src_relpath: v.string(), dst_relpath: v.string() })
    const params = await readParams(c, schema)
    await (await filesOf(context, params)).move(params.src_relpath, params.dst_relpath)
    return c.body(null, 204)
  })
  app.post('/folder/file/delete', async (c) => {
    const schema = v.object({ ...folder, relpaths: v.array(v.string()), recursive: yes(false) })
    const params = await readParams(c, schema)
    const files = await filesOf(context, params)
    for (const path of params.relpaths) await files.remove(path, { recursive: params.recursive })
    return c.json({ status: 'ok' })
  })
  app.post('/folder/file/fetch', async (c) => {
    const params = await readParams(c, ofPath)
    const content = await (await filesOf(context, params)).read(params.relpath)
    return c.body(content.stream(0, content.size), 200, {
      'content-type': 'application/octet-stream',
      'content-length': String(content.size),
    })
  })
  app.post('/folder/file/download', async (c) => {
    const params = await readParams(c, v.object({ ...ofPath.entries, archive: yes(false) }))
    await filesOf(context, params)
    const { volume, vfid, relpath, archive } = params
    return c.json({ token: transferToken(context, { op: 'download', volume, vfid, relpath, archive }) })
  })
  app.post('/folder/file/upload', async (c) => {
    const size = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
    const params = await readParams(c, v.object({ ...ofPath.entries, size }))
    if (params.size > context.maxUploadSize)
      throw new StorageProblem('over-limit', `An upload has at most ${context.maxUploadSize} bytes.`)
    const files = await filesOf(context, params)
    const session = context.newId()
    await files.beginUpload(session)
    // Clients send nothing for an empty file (client-wire.md §4).
    if (params.size === 0) await files.finishUpload(session, params.relpath)
    const { volume, vfid, relpath } = params
    const claims = { op: 'upload' as const, volume, vfid, relpath, size: params.size, session }
    return c.json({ token: transferToken(context, claims) })
  })
}

const fileItem = ({ name, type, mode, size, createdAt, modifiedAt, target }: FileEntry) => ({
  name,
  type,
  stat: {
    mode,
    size,
    created: createdAt.toISOString(),
    modified: modifiedAt.toISOString(),
  },
  symlink_target: target ?? '',
})
