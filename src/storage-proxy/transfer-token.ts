import * as v from 'valibot'
import { vfidText } from '../core/vfolder.ts'
import { signJwt, verifyJwt } from '../lib/jwt.ts'
import type { FolderId } from '../plugin/storage-volume.ts'
import { StorageProblem } from './storage-problem.ts'
import { type StorageProxyContext, vfidParam } from './storage-proxy-context.ts'

const downloadClaims = v.object({
  op: v.literal('download'),
  volume: v.string(),
  vfid: vfidParam,
  relpath: v.string(),
  archive: v.optional(v.boolean(), false),
})
const uploadClaims = v.object({
  op: v.literal('upload'),
  volume: v.string(),
  vfid: vfidParam,
  relpath: v.string(),
  size: v.number(),
  session: v.string(),
})
export type DownloadClaims = v.InferOutput<typeof downloadClaims>
export type UploadClaims = v.InferOutput<typeof uploadClaims>

type Signing = Pick<StorageProxyContext, 'tokenSecret' | 'tokenLifetimeMs' | 'now'>

/** What a client shows at the client-facing side, good for one folder and one path (storage.md §3). */
export function transferToken(context: Signing, claims: DownloadClaims | UploadClaims): string {
  const exp = Math.floor((context.now() + context.tokenLifetimeMs) / 1000)
  return signJwt({ ...claims, vfid: folderText(claims.vfid), exp }, context.tokenSecret)
}

const folderText = ({ scope, folder }: FolderId): string => vfidText(scope, folder)

export const readDownloadToken = (context: Signing, token: string | undefined): DownloadClaims =>
  readToken(context, token, downloadClaims)

export const readUploadToken = (context: Signing, token: string | undefined): UploadClaims =>
  readToken(context, token, uploadClaims)

function readToken<Schema extends v.GenericSchema>(
  { tokenSecret, now }: Signing,
  token: string | undefined,
  schema: Schema,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, verifyJwt(token ?? '', tokenSecret, now()))
  if (result.success) return result.output
  throw new StorageProblem('invalid-api-params', 'The token is missing, has run out, or is not for this.', {
    data: { token: 'invalid' },
  })
}
