/** Every session of one's own that runs, page by page. */
import { createClient } from 'backendai/client'

const client = createClient({
  endpoint: process.env.BACKEND_ENDPOINT ?? 'http://127.0.0.1:8081',
  accessKey: process.env.BACKEND_ACCESS_KEY ?? '',
  secretKey: process.env.BACKEND_SECRET_KEY ?? '',
})

const statuses = ['RUNNING'] as const
let seen = 0
while (true) {
  const page = await client.sessions.list({ statuses, limit: 20, offset: seen })
  for (const session of page.items) console.log(session.name, session.image, session.status)
  seen += page.items.length
  if (page.items.length === 0 || seen >= page.totalCount) break
}
console.log(`${seen} sessions`)
