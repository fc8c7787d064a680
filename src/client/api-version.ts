/** The newest API version that this client speaks. */
export const CLIENT_API_VERSION = 'v7.20230615'

/** What `GET /` answers. */
export interface ServerVersion {
  /** The newest API version that the server speaks, such as `v7.20230615`. */
  version: string
  /** Release that the manager is compatible with. */
  manager?: string
  /** Release of this implementation, where the server is one. */
  backendai?: string
}

const PATTERN = /^v(\d+)\.(\d{8})$/

/** The older of the server's version and ours; ours when the server's is not readable. */
export function negotiate(serverVersion: unknown, own: string = CLIENT_API_VERSION): string {
  if (typeof serverVersion !== 'string' || !PATTERN.test(serverVersion)) return own
  return rank(serverVersion) < rank(own) ? serverVersion : own
}

function rank(version: string): number {
  const [, major = '0', day = '0'] = PATTERN.exec(version) ?? []
  return Number(major) * 1e8 + Number(day)
}
