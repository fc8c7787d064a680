import { downloadParams, downloadSingleParams, listFilesParams } from '../../../api/session.ts'
import { Problem } from '../../../core/problem.ts'
import type { SessionServices } from '../../services/index.ts'
import {
  type Download,
  downloadFiles,
  listFiles,
  MAX_FILE_BYTES,
  MAX_UPLOAD_FILES,
  type UploadedFile,
  uploadFiles,
} from '../../services/sessions/files.ts'
import { resolveSession } from '../../services/sessions/resolve.ts'
import { json, noContent, raw } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'
import { sessionRef } from './session-ref.ts'
import { uploadName } from './upload-name.ts'

/** All files at their largest, with room for the heads of the parts; more is cut off while it is read. */
const MAX_UPLOAD_BYTES = (MAX_UPLOAD_FILES + 4) * MAX_FILE_BYTES

/** Files in the home folder of a session. */
export function sessionFileRoutes(services: SessionServices): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/session/:session/files',
      summary: 'List files of a session',
      auth: 'user',
      params: listFilesParams,
      handler: async (context) => {
        const path = context.params.path ?? '.'
        const { entries, absolutePath } = await listFiles(
          services,
          context.requester,
          sessionRef(context),
          path,
        )
        return json({
          files: JSON.stringify(entries),
          items: entries,
          errors: '',
          abspath: absolutePath,
          folder_path: absolutePath,
        })
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/session/:session/upload',
      summary: 'Upload files to a session',
      auth: 'user',
      maxBodyBytes: MAX_UPLOAD_BYTES,
      handler: async (context) => {
        await resolveSession(services.ports.store, context.requester, sessionRef(context))
        const files = await filesOf(await context.formData())
        await uploadFiles(services, context.requester, sessionRef(context), files)
        return noContent()
      },
    }),
    defineRoute({
      method: ['GET', 'POST'],
      path: '/session/:session/download',
      summary: 'Download files of a session as tar archives',
      audited: false,
      auth: 'user',
      params: downloadParams,
      handler: async (context) => {
        const { files } = context.params
        return multipart(await downloadFiles(services, context.requester, sessionRef(context), files))
      },
    }),
    defineRoute({
      method: ['GET', 'POST'],
      path: '/session/:session/download_single',
      summary: 'Download one file of a session as a tar archive',
      audited: false,
      auth: 'user',
      params: downloadSingleParams,
      handler: async (context) => {
        const { file } = context.params
        const [one] = await downloadFiles(services, context.requester, sessionRef(context), [file])
        return raw(new Uint8Array(one?.archive ?? []), { 'content-type': 'application/x-tar' })
      },
    }),
  ]
}

async function filesOf(form: FormData): Promise<UploadedFile[]> {
  const files: UploadedFile[] = []
  for (const [field, value] of form) {
    if (typeof value === 'string') {
      throw new Problem('invalid-api-params', { msg: `The part "${field}" is no file.`, data: {} })
    }
    files.push({ name: uploadName(value.name), content: new Uint8Array(await value.arrayBuffer()) })
  }
  if (files.length === 0) throw new Problem('invalid-api-params', { msg: 'There is no file.', data: {} })
  return files
}

/** One tar archive per part. */
function multipart(downloads: readonly Download[]) {
  const boundary = `part-${crypto.randomUUID()}`
  const line = (text: string) => new TextEncoder().encode(`${text}\r\n`)
  const parts = downloads.flatMap(({ path, archive }) => [
    line(`--${boundary}`),
    line('Content-Type: application/x-tar'),
    line('Content-Encoding: identity'),
    line(`Content-Length: ${archive.byteLength}`),
    line(`Content-Disposition: attachment; filename*=UTF-8''${encodeURIComponent(path)}.tar`),
    line(''),
    archive,
    line(''),
  ])
  const body = Buffer.concat([...parts, line(`--${boundary}--`)])
  return raw(new Uint8Array(body), { 'content-type': `multipart/mixed; boundary=${boundary}` })
}
