import type { ClientCrypto } from './client-crypto.ts'
import type { Connection } from './connection.ts'
import { decodeMultipart, encodeUpload, type UploadFile } from './multipart.ts'
import type { SessionFile } from './session-types.ts'
import { of, type SessionRef } from './sessions.ts'
import { readTar, type TarEntry } from './tar.ts'

/** Of one file, and of the files of one request; more files are sent in several requests. */
export const MAX_UPLOAD_BYTES = 1024 * 1024
export const MAX_UPLOAD_FILES = 20
export const MAX_DOWNLOAD_PATHS = 5

export interface SessionFiles {
  /** Into the home directory of the session, never into a mounted folder. */
  upload(session: string, files: readonly UploadFile[], ref?: SessionRef): Promise<void>
  /** Everything below the given paths. */
  download(session: string, paths: readonly string[], ref?: SessionRef): Promise<TarEntry[]>
  listFiles(
    session: string,
    path?: string,
    ref?: SessionRef,
  ): Promise<{ files: SessionFile[]; absolutePath: string }>
}

export function createSessionFiles(connection: Connection, crypto: ClientCrypto): SessionFiles {
  return {
    async upload(session, files, ref) {
      const tooBig = files.find((file) => file.content.length > MAX_UPLOAD_BYTES)
      if (tooBig) {
        throw new RangeError(
          `${tooBig.path} has ${tooBig.content.length} bytes; at most ${MAX_UPLOAD_BYTES} may be uploaded`,
        )
      }
      for (const batch of inBatches(files, MAX_UPLOAD_FILES)) {
        await connection.send({
          method: 'POST',
          path: ['session', session, 'upload'],
          body: encodeUpload(batch, `backendai-${crypto.randomHex(24)}`),
          ...of(ref),
        })
      }
    },
    async download(session, paths, ref) {
      const entries: TarEntry[] = []
      for (const files of inBatches(paths, MAX_DOWNLOAD_PATHS)) {
        const response = await connection.send({
          method: 'POST',
          path: ['session', session, 'download'],
          json: { files },
          isIdempotent: true,
          ...of(ref),
        })
        const type = response.headers.get('content-type') ?? ''
        const body = new Uint8Array(await response.arrayBuffer())
        for (const part of decodeMultipart(body, type)) entries.push(...readTar(part.body))
      }
      return entries
    },
    async listFiles(session, path = '.', ref = {}) {
      const body = await connection.json<{
        items?: SessionFile[]
        files?: string
        errors?: string
        abspath?: string
        folder_path?: string
      }>({
        method: 'GET',
        path: ['session', session, 'files'],
        query: { ...of(ref).query, path },
        signal: ref.signal,
      })
      if (body.errors) throw new RangeError(body.errors)
      const files = body.items ?? (JSON.parse(body.files ?? '[]') as SessionFile[])
      return { files, absolutePath: body.abspath ?? body.folder_path ?? path }
    },
  }
}

function* inBatches<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size)
}
