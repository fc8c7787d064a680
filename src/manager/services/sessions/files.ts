import { posix } from 'node:path'
import { notFound, Problem } from '../../../core/problem.ts'
import type { FileEntry } from '../../../wire/agent-rpc.ts'
import type { Requester } from '../../context.ts'
import type { SessionRow } from '../rows.ts'
import { callAgent } from './call-agent.ts'
import type { SessionContext } from './context.ts'
import { resolveRunning, type SessionRef } from './resolve.ts'

const HOME = '/home/work'
export const MAX_UPLOAD_FILES = 20
export const MAX_FILE_BYTES = 1_048_576
const MAX_DOWNLOADS = 5

const invalid = (msg: string) => new Problem('invalid-api-params', { msg, data: {} })

/**
 * A path in /home/work, relative to it; absolute ones must be inside.
 * @throws Problem when it leaves the home folder.
 */
export function homePath(path: string): string {
  if (path.includes('\0')) throw invalid('A path must not contain a null character.')
  const absolute = posix.resolve(HOME, path)
  if (absolute === HOME) return '.'
  if (!absolute.startsWith(`${HOME}/`)) throw invalid(`The path "${path}" is outside of ${HOME}.`)
  return absolute.slice(HOME.length + 1)
}

export async function listFiles(
  { ports }: SessionContext,
  requester: Requester,
  ref: SessionRef,
  path: string,
): Promise<{ entries: FileEntry[]; absolutePath: string }> {
  const inside = homePath(path)
  const target = await resolveRunning(ports.store, requester, ref)
  return await callAgent(
    ports,
    target,
    'listFiles',
    { kernelId: target.kernel.id, path: inside },
    'kernel-execution-failed',
  ).catch((error: unknown) => {
    throw isMissing(error) ? notFound('file', error.message) : error
  })
}

const isMissing = (error: unknown): error is Problem =>
  error instanceof Problem && error.kind === 'object-not-found'

export interface UploadedFile {
  name: string
  content: Uint8Array
}

/** Puts files into the home folder; all are checked before the first is written. */
export async function uploadFiles(
  { ports }: SessionContext,
  requester: Requester,
  ref: SessionRef,
  files: readonly UploadedFile[],
): Promise<void> {
  if (files.length > MAX_UPLOAD_FILES)
    throw invalid(`At most ${MAX_UPLOAD_FILES} files can be uploaded at once.`)
  const checked = files.map((file) => {
    if (file.content.byteLength > MAX_FILE_BYTES) {
      throw invalid(`The file "${file.name}" exceeds ${MAX_FILE_BYTES} bytes.`)
    }
    const path = homePath(file.name)
    if (path === '.') throw invalid('A file needs a name.')
    return { path, content: file.content }
  })
  const target = await resolveRunning(ports.store, requester, ref)
  for (const { path } of checked) refuseMounts(target.session, path)
  const { id: kernelId } = target.kernel
  for (const file of checked) {
    await callAgent(ports, target, 'uploadFile', { kernelId, ...file }, 'kernel-execution-failed')
  }
}

function refuseMounts(session: Pick<SessionRow, 'vfolderMounts'>, path: string): void {
  const absolute = `${HOME}/${path}`
  const mount = session.vfolderMounts.find(
    ({ kernelPath }) => absolute === kernelPath || absolute.startsWith(`${kernelPath}/`),
  )
  if (mount) throw invalid(`The file "${path}" would go into the mounted folder "${mount.name}".`)
}

export interface Download {
  path: string
  /** A tar archive of the file or folder. */
  archive: Uint8Array
}

export async function downloadFiles(
  { ports }: SessionContext,
  requester: Requester,
  ref: SessionRef,
  paths: readonly string[],
): Promise<Download[]> {
  if (paths.length === 0) throw invalid('Name the files to download.')
  if (paths.length > MAX_DOWNLOADS) throw invalid(`At most ${MAX_DOWNLOADS} files can be downloaded at once.`)
  const inside = paths.map(homePath)
  const target = await resolveRunning(ports.store, requester, ref)
  const { id: kernelId } = target.kernel
  return await Promise.all(
    inside.map(async (path) => {
      const args = { kernelId, path, maxBytes: MAX_FILE_BYTES }
      const { archive } = await callAgent(
        ports,
        target,
        'downloadFile',
        args,
        'kernel-execution-failed',
      ).catch((error: unknown) => {
        // A missing file is 400 here (client-wire.md §2.2), as the client's download expects.
        if (!isMissing(error)) throw error
        throw new Problem('generic-bad-request', {
          title: 'No such file.',
          msg: error.message,
          cause: error,
        })
      })
      return { path, archive }
    }),
  )
}
