import { PROBLEMS } from '../core/problem.ts'
import { StorageError, type StorageErrorKind } from '../plugin/storage-volume.ts'

/** Kinds of volumes' failures, with those of the proxy itself. */
export type StorageProblemKind =
  | StorageErrorKind
  | 'invalid-api-params'
  | 'no-such-upload-session'
  | 'over-limit'

const KINDS: Record<StorageProblemKind, readonly [status: number, title: string]> = {
  'not-found': [404, 'No such file or directory.'],
  'scope-not-found': [404, 'No such quota scope.'],
  exists: [400, 'It exists already.'],
  'wrong-type': [400, 'Not the right type of file.'],
  'invalid-path': [400, 'Invalid path.'],
  conflict: [409, 'The upload does not match.'],
  'no-space': [400, 'No space is left.'],
  unsupported: [400, 'The storage backend does not support it.'],
  'invalid-api-params': [400, 'Missing or invalid API parameters.'],
  'no-such-upload-session': [404, 'No such upload session.'],
  'over-limit': PROBLEMS['over-limit'],
}

/** A failure as the storage proxy answers it; `error_code` is the kind (storage.md §1). */
export class StorageProblem extends Error {
  override readonly name = 'StorageProblem'
  readonly kind: StorageProblemKind
  readonly data: unknown
  constructor(kind: StorageProblemKind, message: string, options: ErrorOptions & { data?: unknown } = {}) {
    super(message, options)
    this.kind = kind
    this.data = options.data
  }
}

/** The answer to a StorageError or StorageProblem; null for other failures. */
export function storageProblemResponse(
  error: unknown,
  status: Partial<Record<StorageProblemKind, number>> = {},
) {
  if (!(error instanceof StorageError) && !(error instanceof StorageProblem)) return null
  const [usual, title] = KINDS[error.kind]
  const document = {
    type: `https://api.backend.ai/probs/storage/${error.kind}`,
    title,
    msg: error.message,
    error_code: error.kind,
    ...(error instanceof StorageProblem && error.data !== undefined ? { data: error.data } : {}),
  }
  return new Response(JSON.stringify(document), {
    status: status[error.kind] ?? usual,
    headers: { 'content-type': 'application/problem+json' },
  })
}
