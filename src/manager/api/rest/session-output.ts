import type { SessionServices } from '../../services/index.ts'
import { openOutputFile } from '../../services/sessions/output-file.ts'
import { checkOutputToken } from '../../services/sessions/output-links.ts'
import { raw } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'

/** The addresses in `files` of an execution result: no signature, since the token says all (decisions.md). */
export function sessionOutputRoutes(services: SessionServices): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/session/:session/output/:token',
      summary: 'Fetch a file that a run has put out',
      auth: 'anonymous',
      handler: async ({ path }) => {
        const { session = '', token = '' } = path
        const name = await checkOutputToken(services.ports, session, token)
        const { size, content } = await openOutputFile(services, session, name)
        const base = encodeURIComponent(name.slice(name.lastIndexOf('/') + 1))
        return raw(content, {
          'content-type': 'application/octet-stream',
          'content-length': String(size),
          'content-disposition': `attachment; filename*=UTF-8''${base.replace(/['()*]/g, percent)}`,
          'x-content-type-options': 'nosniff',
          'cache-control': 'private, no-store',
        })
      },
    }),
  ]
}

/** What RFC 8187 wants encoded beyond what a URL does. */
const percent = (letter: string): string => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`
