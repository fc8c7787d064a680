import { ApiError, ConnectionLostError } from './errors.ts'
import { type Transport, TransportError } from './transport.ts'
import type { FolderFiles, TransferTicket } from './vfolder-files.ts'

export const UPLOAD_CHUNK_BYTES = 16 * 1024 * 1024

export interface TransferOptions {
  /** Told after each piece: bytes so far, of all. */
  onProgress?: (done: number, total: number) => void
  signal?: AbortSignal
  /** Times that a broken transfer is taken up again where it stopped; default 20. */
  maxRetries?: number
  /** Replaces the address of a storage proxy by one that is reachable from here. */
  addresses?: Readonly<Record<string, string>>
}

/** What comes out of a folder. */
export interface FolderDownload {
  /** Bytes; null where the server does not know, as for archives. */
  size: number | null
  /** Until the end; may be read once. A broken connection is taken up where it stopped. */
  chunks: AsyncIterable<Uint8Array>
}

/** Contents of files, straight to and from the storage proxy. */
export interface FolderTransfer {
  /** Replaces what is there; missing directories are made. */
  upload(
    folder: string,
    path: string,
    content: Blob,
    options?: TransferOptions & { chunkBytes?: number },
  ): Promise<void>
  /** `archive`: a directory as one zip file. */
  download(
    folder: string,
    path: string,
    options?: TransferOptions & { archive?: boolean },
  ): Promise<FolderDownload>
}

const TUS_VERSION = '1.0.0'
const FIRST_PAUSE_MS = 250
const MAX_PAUSE_MS = 10_000

type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>

export function createFolderTransfer(files: FolderFiles, transport: Transport, sleep: Sleep): FolderTransfer {
  /** Tries again after what may pass by itself. */
  async function persistently<T>(
    options: TransferOptions,
    work: (isAgain: boolean) => Promise<T>,
  ): Promise<T> {
    for (let tried = 0; ; tried++) {
      try {
        return await work(tried > 0)
      } catch (error) {
        if (options.signal?.aborted || !mayPass(error) || tried >= (options.maxRetries ?? 20)) throw error
        await sleep(Math.min(FIRST_PAUSE_MS * 2 ** tried, MAX_PAUSE_MS), options.signal)
      }
    }
  }

  async function ask(
    method: string,
    url: string,
    headers: Record<string, string>,
    options: TransferOptions,
    body?: Uint8Array<ArrayBuffer>,
  ): Promise<Response> {
    const request = { method, url, headers, ...(body ? { body } : {}) }
    const { signal } = options
    const response = await transport.fetch(signal ? { ...request, signal } : request)
    if (response.status >= 400) throw await ApiError.from(response)
    return response
  }

  /** Sends one piece; gives where the next one begins, as the server says. */
  async function sendPiece(url: string, piece: Blob, at: number, options: TransferOptions): Promise<number> {
    const bytes = new Uint8Array(await piece.arrayBuffer())
    return await persistently(options, async (isAgain) => {
      // What was sent before the connection broke may have arrived.
      const arrived = isAgain ? offsetOf(await ask('HEAD', url, tusHeaders, options)) : at
      if (arrived < at || arrived > at + bytes.length) throw new ConnectionLostError(OTHER_UPLOAD)
      if (arrived === at + bytes.length && bytes.length > 0) return arrived
      const headers = {
        ...tusHeaders,
        'Upload-Offset': String(arrived),
        'Content-Type': 'application/offset+octet-stream',
      }
      return offsetOf(await ask('PATCH', url, headers, options, bytes.subarray(arrived - at)))
    })
  }

  return {
    async upload(folder, path, content, options = {}) {
      const ticket = await files.requestUpload(folder, path, content.size, options.signal)
      const url = addressOf(ticket, options)
      const step = options.chunkBytes ?? UPLOAD_CHUNK_BYTES
      for (let at = 0; at < content.size; ) {
        at = await sendPiece(url, content.slice(at, at + step), at, options)
        options.onProgress?.(at, content.size)
      }
    },
    async download(folder, path, options = {}) {
      const wanted = options.archive ? { archive: true } : {}
      const ticket = await files.requestDownload(folder, path, wanted, options.signal)
      const url = addressOf(ticket, options, options.archive === true)
      const first = await persistently(options, () => ask('GET', url, {}, options))
      const length = first.headers.get('content-length')
      const size = length === null ? null : Number(length)
      const reopen = (from: number) =>
        persistently(options, async () => {
          const version = first.headers.get('last-modified') ?? first.headers.get('etag')
          const headers = { Range: `bytes=${from}-`, ...(version ? { 'If-Range': version } : {}) }
          const response = await ask('GET', url, headers, options)
          const isAnew = from === 0 && response.headers.get('content-length') === length
          if (response.status === 206 || isAnew) return response
          await response.body?.cancel().catch(() => {})
          throw new ApiError(response.status, {
            title: 'The download cannot go on.',
            msg: `${path} has changed while it was downloaded.`,
          })
        })
      return { size, chunks: pieces(first, size, reopen, options) }
    },
  }
}

const tusHeaders = { 'Tus-Resumable': TUS_VERSION }
const OTHER_UPLOAD =
  'The server has another part of the file than was sent: somebody else uploads it as well.'

async function* pieces(
  first: Response,
  size: number | null,
  reopen: (from: number) => Promise<Response>,
  options: TransferOptions,
): AsyncGenerator<Uint8Array> {
  let done = 0
  let resumed = 0
  for (let response = first; ; response = await reopen(done)) {
    try {
      for await (const chunk of response.body ?? []) {
        done += chunk.length
        yield chunk
        options.onProgress?.(done, size ?? done)
      }
    } catch (error) {
      // Without a length nobody can tell where to go on.
      if (options.signal?.aborted || size === null || resumed >= (options.maxRetries ?? 20)) throw error
    }
    if (size === null || done >= size) return
    resumed += 1
    if (resumed > (options.maxRetries ?? 20)) {
      throw new ConnectionLostError(`The download ended after ${done} of ${size} bytes.`)
    }
  }
}

/** The address with its token; whatever query it had is replaced. */
function addressOf(ticket: TransferTicket, options: TransferOptions, isArchive = false): string {
  const url = new URL(options.addresses?.[ticket.url] ?? ticket.url)
  url.search = ''
  url.searchParams.set('token', ticket.token)
  if (isArchive) url.searchParams.set('archive', 'true')
  return url.href
}

function offsetOf(response: Response): number {
  const text = response.headers.get('upload-offset')
  if (text !== null && /^\d+$/.test(text)) return Number(text)
  throw new ApiError(response.status, { title: 'The answer to an upload has no Upload-Offset.' })
}

const mayPass = (error: unknown): boolean =>
  error instanceof TransportError || (error instanceof ApiError && [502, 503, 504].includes(error.status))
