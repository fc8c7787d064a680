import type { HonoRequest } from 'hono'
import type { FileContent, FolderFiles } from '../plugin/storage-volume.ts'
import { archiveOf } from './archive.ts'
import { byteRange } from './byte-range.ts'
import { StorageProblem } from './storage-problem.ts'
import { filesOf, type StorageProxyContext } from './storage-proxy-context.ts'
import { readDownloadToken } from './transfer-token.ts'
import { targetOf } from './upload.ts'

/** A file, or the part of it that was asked for. */
export async function download(context: StorageProxyContext, request: HonoRequest): Promise<Response> {
  const claims = readDownloadToken(context, request.query('token'))
  const files = await filesOf(context, claims)
  const path = targetOf(request, claims.relpath)
  const kind = await files.kindOf(path)
  if (kind === null) throw new StorageProblem('not-found', `There is no such file: ${path}`)
  if (kind === 'DIRECTORY') return archived(request, files, path, claims.archive)
  const content = await files.read(path)
  const headers = {
    'content-type': 'application/octet-stream',
    'content-disposition': disposition(path.split('/').at(-1) ?? 'file'),
    'accept-ranges': 'bytes',
    'last-modified': content.modifiedAt.toUTCString(),
    ...(request.query('no_cache') ? { 'cache-control': 'no-store' } : {}),
  }
  return part(request, content, headers)
}

/** A directory leaves as one archive, of a size that nobody knows before. */
function archived(request: HonoRequest, files: FolderFiles, path: string, mayArchive: boolean): Response {
  if (!mayArchive && !/^(true|1|yes)$/i.test(request.query('archive') ?? ''))
    throw new StorageProblem('wrong-type', `It is a directory; ask for an archive of it: ${path}`)
  const name = path.split('/').findLast((one) => one !== '' && one !== '.') ?? 'folder'
  const headers = {
    'content-type': 'application/zip',
    'content-disposition': disposition(`${name}.zip`),
    'cache-control': 'no-store',
  }
  return new Response(request.method === 'HEAD' ? null : archiveOf(files, path, name), { headers })
}

async function part(
  request: HonoRequest,
  content: FileContent,
  headers: Record<string, string>,
): Promise<Response> {
  const { size } = content
  const isStale =
    request.header('if-range') !== undefined && request.header('if-range') !== headers['last-modified']
  const range = isStale ? null : byteRange(request.header('range'), size)
  if (range === 'unsatisfiable') {
    await content.close()
    return new Response(null, { status: 416, headers: { ...headers, 'content-range': `bytes */${size}` } })
  }
  const { start, end } = range ?? { start: 0, end: size }
  const all = {
    ...headers,
    'content-length': String(end - start),
    ...(range ? { 'content-range': `bytes ${start}-${end - 1}/${size}` } : {}),
  }
  const status = range ? 206 : 200
  if (request.method === 'HEAD') {
    await content.close()
    return new Response(null, { status, headers: all })
  }
  return new Response(content.stream(start, end), { status, headers: all })
}

/** The name twice: for old clients in ASCII, for others in UTF-8. */
function disposition(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\]/g, '_')
  const utf8 = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)
  return `attachment; filename="${ascii}"; filename*=UTF-8''${utf8}`
}
