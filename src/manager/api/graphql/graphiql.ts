import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { Problem } from '../../../core/problem.ts'
import { quickResponse } from '../../../lib/http/quick-response.ts'
import { type Answer, raw } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'
import { GRAPHIQL_FOLDER, graphiqlFiles } from './graphiql-files.ts'
import page from './graphiql-page.html' with { type: 'text' }

/** Nothing but our own files, and this very address to ask. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "worker-src 'self'",
  'img-src data:',
  'font-src data:',
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')
const YEAR_SECONDS = 31_536_000
const unpack = promisify(gunzip)

/** GraphiQL as a page that needs no other server; it signs what it asks with the keys that are typed into it. */
export const graphiqlRoutes = (): readonly Route[] => [
  defineRoute({
    method: 'GET',
    path: '/admin/gql',
    summary: 'Open the GraphQL editor in a browser',
    auth: 'anonymous',
    handler: ({ header }) => {
      if (header('accept')?.includes('text/html')) return graphiqlPage()
      throw new Problem('method-not-allowed', {
        msg: 'Documents are posted; browsers get a page to write them.',
      })
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/admin/gql/assets/:version/:file',
    auth: 'anonymous',
    summary: 'Fetch a file of the GraphQL editor',
    handler: ({ path, header }) => graphiqlFile(path, header('accept-encoding') ?? ''),
  }),
]

const graphiqlPage = (): Answer =>
  quickResponse({
    status: 200,
    head: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'cache-control': 'no-cache',
      'referrer-policy': 'no-referrer',
    },
    content: (page as unknown as string).replace('{{assets}}', GRAPHIQL_FOLDER),
  })

async function graphiqlFile(path: Readonly<Record<string, string>>, accepted: string): Promise<Answer> {
  const file = graphiqlFiles.get(path.file ?? '')
  if (!file || `assets/${path.version}` !== GRAPHIQL_FOLDER) throw new Problem('url-not-found')
  const headers = {
    'content-type': file.type,
    'cache-control': `public, max-age=${YEAR_SECONDS}, immutable`,
    vary: 'accept-encoding',
    'x-content-type-options': 'nosniff',
  }
  const packed = await file.read()
  if (/\bgzip\b/.test(accepted)) return raw(packed, { ...headers, 'content-encoding': 'gzip' })
  return raw(new Uint8Array(await unpack(packed)), headers)
}
