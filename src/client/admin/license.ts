import type { Connection } from '../connection.ts'

/** What a license plugin of the manager tells. */
export interface License {
  /** `valid` or why not. */
  status: string
  certificate: Record<string, unknown>
}

/** @throws ApiError of kind `url-not-found` where the manager has no license plugin. */
export const readLicense = (connection: Connection): Promise<License> =>
  connection.json({ method: 'GET', path: ['license'] })
