import { Problem } from '../../core/problem.ts'

/** Failures that the request or the user's own files are the reason for. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it is gone',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its symbolic links go in a circle',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'it can only be read',
}

/** A failure of the file system, told without the places of the host that its own message names. */
export function fileProblem(error: unknown, shownPath: string): unknown {
  if (error instanceof Problem) return error
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return error
  const reason = REASONS[error.code]
  return reason === undefined
    ? new Problem('kernel-execution-failed', { msg: `${shownPath}: ${error.code}`, cause: error })
    : new Problem('invalid-api-params', { msg: `${shownPath}: ${reason}.`, cause: error })
}
