/** Code over a WebSocket: output as it comes. */
import { createClient } from 'backendai/client'

const client = createClient({
  endpoint: process.env.BACKEND_ENDPOINT ?? 'http://127.0.0.1:8081',
  accessKey: process.env.BACKEND_ACCESS_KEY ?? '',
  secretKey: process.env.BACKEND_SECRET_KEY ?? '',
})

const session = await client.sessions.getOrCreate({ image: 'python' })
try {
  const code =
    'import time\nfor i in range(3):\n    print("tick", i, flush=True)\n    time.sleep(0.2)\nprint(input())'
  const stream = await client.sessions.streamExecute(session.sessionId, { mode: 'query', code })
  for await (const result of stream) {
    for (const [type, value] of result.console) if (type === 'stdout') process.stdout.write(String(value))
    if (result.status === 'waiting-input') stream.input('over')
  }
} finally {
  await client.sessions.destroy(session.sessionId)
}
