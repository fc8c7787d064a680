/** What goes wrong, and how to tell it apart. */
import { ApiError, createClient, UnreachableError } from 'backendai/client'

const keys = {
  accessKey: process.env.BACKEND_ACCESS_KEY ?? '',
  secretKey: process.env.BACKEND_SECRET_KEY ?? '',
}
const client = createClient({ endpoint: process.env.BACKEND_ENDPOINT ?? 'http://127.0.0.1:8081', ...keys })

try {
  await client.sessions.info('no-such-session')
} catch (error) {
  if (!(error instanceof ApiError)) throw error
  console.log(error.status, error.kind, error.title)
}

try {
  await createClient({ endpoint: 'http://127.0.0.1:1', ...keys }).system.status()
} catch (error) {
  if (!(error instanceof UnreachableError)) throw error
  console.log('unreachable', error.endpoints.length)
}
