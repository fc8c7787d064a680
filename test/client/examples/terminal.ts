/** A shell inside a session. */
import { createClient } from 'backendai/client'

const client = createClient({
  endpoint: process.env.BACKEND_ENDPOINT ?? 'http://127.0.0.1:8081',
  accessKey: process.env.BACKEND_ACCESS_KEY ?? '',
  secretKey: process.env.BACKEND_SECRET_KEY ?? '',
})

const session = await client.sessions.getOrCreate({ image: 'python' })
try {
  const terminal = await client.sessions.streamPty(session.sessionId, { rows: 24, cols: 80 })
  terminal.write(new TextEncoder().encode('echo shell-$((40 + 2)); exit\n'))
  let screen = ''
  const decoder = new TextDecoder()
  for await (const bytes of terminal.output) {
    screen += decoder.decode(bytes, { stream: true })
    if (screen.includes('shell-42')) break
  }
  terminal.close()
  console.log(screen.includes('shell-42') ? 'the shell answered' : screen)
} finally {
  await client.sessions.destroy(session.sessionId)
}
