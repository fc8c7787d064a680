import { json } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'
import { ANNOUNCED_API_VERSION, ANNOUNCED_MANAGER } from '../version.ts'

/** The handshake: what every client asks first, without signing. */
export const rootRoutes = (ownVersion: string): readonly Route[] => [
  defineRoute({
    method: 'GET',
    path: '/',
    summary: 'Show the version of the API and of the manager',
    auth: 'anonymous',
    // Each command of the official client asks once: an office behind one address would run into the limit.
    rateLimited: false,
    handler: () =>
      json({ version: ANNOUNCED_API_VERSION, manager: ANNOUNCED_MANAGER, backendai: ownVersion }),
  }),
]
