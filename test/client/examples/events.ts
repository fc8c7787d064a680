/** What happens to a session, from its request to its end. */
import { createClient } from 'backendai/client'

const client = createClient({
  endpoint: process.env.BACKEND_ENDPOINT ?? 'http://127.0.0.1:8081',
  accessKey: process.env.BACKEND_ACCESS_KEY ?? '',
  secretKey: process.env.BACKEND_SECRET_KEY ?? '',
})

const name = 'watched-session'
const listening = new AbortController()
const events = await client.sessions.events({ sessionName: '*' }, { signal: listening.signal })
const session = await client.sessions.getOrCreate({ image: 'python', name })
await client.sessions.destroy(session.sessionId)
for await (const event of events) {
  if (event.sessionName !== name) continue
  if (event.event.startsWith('session_')) console.log(event.event)
  if (event.event === 'session_terminated') listening.abort()
}
console.log(Object.keys(await client.sessions.statusHistory(session.sessionId)).join(' '))
