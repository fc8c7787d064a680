import { Problem } from '../../core/problem.ts'

/** What the handshake announces (decisions.md, "announced version"). */
export const ANNOUNCED_API_VERSION = 'v7.20230615'
export const ANNOUNCED_MANAGER = '23.09.11'

const ACCEPTED: ReadonlySet<string> = new Set([
  'v4.20181215',
  'v4.20190115',
  'v4.20190315',
  'v4.20190615',
  'v5.20191215',
  'v6.20200815',
  'v6.20210815',
  'v6.20220315',
  'v6.20220615',
  'v6.20230315',
  'v7.20230615',
])

/** @throws Problem when a version header names one that we do not speak; an absent header is fine. */
export function checkVersion(version: string | undefined): void {
  if (version !== undefined && !ACCEPTED.has(version)) {
    throw new Problem('generic-bad-request', { msg: 'Unsupported API version.' })
  }
}

const FIRST_MAJOR = 2
const LAST_MAJOR = 8

/**
 * Takes the legacy prefix off a path: `/v6/session` → `/session`, `/v6` → `/`. Null when it names a major version
 * that never was.
 */
export function withoutVersionPrefix(path: string): string | null {
  if (path.charCodeAt(1) !== 118 /* v */) return path
  const match = /^\/v(\d+)(\/.*)?$/.exec(path)
  if (!match) return path
  const major = Number(match[1])
  if (major < FIRST_MAJOR || major > LAST_MAJOR) return null
  return match[2] ?? '/'
}
