import { Hono } from 'hono'
import { answerProblems } from '../lib/http/problem-edge.ts'
import { download } from './download.ts'
import type { StorageEnv } from './read-params.ts'
import { storageProblemResponse } from './storage-problem.ts'
import type { StorageProxyContext } from './storage-proxy-context.ts'
import { uploadPiece, uploadState } from './upload.ts'

const ALLOWED_HEADERS = [
  'Tus-Resumable',
  'Upload-Length',
  'Upload-Metadata',
  'Upload-Offset',
  'Content-Type',
  'Range',
  'If-Range',
]
const EXPOSED_HEADERS = [
  'Tus-Resumable',
  'Upload-Length',
  'Upload-Offset',
  'Content-Range',
  'Content-Disposition',
]

/** The client-facing side (storage.md §3): whoever shows a token moves the bytes it names. */
export function clientApi(context: StorageProxyContext): Hono<StorageEnv> {
  const app = answerProblems(new Hono<StorageEnv>(), context.log, (error) => storageProblemResponse(error))
  app.use(async (c, next) => {
    c.env.responseHeaders['access-control-allow-origin'] = '*'
    c.env.responseHeaders['access-control-expose-headers'] = EXPOSED_HEADERS.join(', ')
    if (c.req.path === '/upload') c.env.responseHeaders['tus-resumable'] = '1.0.0'
    await next()
  })
  app.get('/', (c) => {
    return c.json({ status: 'ok', type: 'client-facing', 'storage-proxy': context.version })
  })
  app.on(['GET', 'HEAD'], '/download', (c) => download(context, c.req))
  app.options('/download', (c) => c.body(null, 204, preflight('GET, HEAD, OPTIONS')))
  app.options('/upload', (c) =>
    c.body(null, 204, {
      ...preflight('HEAD, PATCH, OPTIONS'),
      'tus-version': '1.0.0',
      'tus-max-size': String(context.maxUploadSize),
    }),
  )
  app.on('HEAD', '/upload', (c) => uploadState(context, c.req))
  // Tus knows HEAD only; a browser's plain look is answered alike.
  app.get('/upload', (c) => uploadState(context, c.req))
  app.patch('/upload', (c) => uploadPiece(context, c.req))
  return app
}

const preflight = (methods: string): Record<string, string> => ({
  'access-control-allow-methods': methods,
  'access-control-allow-headers': ALLOWED_HEADERS.join(', '),
  'access-control-max-age': '600',
})
