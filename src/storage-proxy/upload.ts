import type { HonoRequest } from 'hono'
import type { FolderFiles } from '../plugin/storage-volume.ts'
import { StorageProblem } from './storage-problem.ts'
import { filesOf, type StorageProxyContext } from './storage-proxy-context.ts'
import { readUploadToken, type UploadClaims } from './transfer-token.ts'

const NOTHING = new Blob([]).stream()

/** How far an upload is. */
export async function uploadState(context: StorageProxyContext, request: HonoRequest): Promise<Response> {
  const { claims, offset } = await openUpload(context, request)
  return new Response(null, {
    status: 200,
    headers: {
      'upload-offset': String(offset),
      'upload-length': String(claims.size),
      'cache-control': 'no-store',
    },
  })
}

/** Appends a piece where the upload is; with the last one the file takes its place. */
export async function uploadPiece(context: StorageProxyContext, request: HonoRequest): Promise<Response> {
  const { files, claims, offset } = await openUpload(context, request)
  const given = request.header('upload-offset')
  if (given !== undefined && Number(given) !== offset)
    throw new StorageProblem('conflict', `The upload is at ${offset} bytes, not at ${given}.`)
  const body = request.raw.body ?? NOTHING
  const at = await files.append(claims.session, offset, body, claims.size)
  if (at >= claims.size) await files.finishUpload(claims.session, targetOf(request, claims.relpath))
  return new Response(null, { status: 204, headers: { 'upload-offset': String(at) } })
}

async function openUpload(
  context: StorageProxyContext,
  request: HonoRequest,
): Promise<{ files: FolderFiles; claims: UploadClaims; offset: number }> {
  const claims = readUploadToken(context, request.query('token'))
  const files = await filesOf(context, claims)
  const offset = await files.uploadedBytes(claims.session)
  if (offset === null)
    throw new StorageProblem('no-such-upload-session', 'The upload is complete, or there never was one.')
  return { files, claims, offset }
}

/** Models go into a directory per version, which clients name beside the token. */
export const targetOf = (request: HonoRequest, relpath: string): string => {
  const directory = request.query('dst_dir')
  return directory ? `${directory}/${relpath}` : relpath
}
