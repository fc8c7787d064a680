/** Uploaded files, built and run (batch mode). */
import { createClient } from 'backendai/client'

const client = createClient({
  endpoint: process.env.BACKEND_ENDPOINT ?? 'http://127.0.0.1:8081',
  accessKey: process.env.BACKEND_ACCESS_KEY ?? '',
  secretKey: process.env.BACKEND_SECRET_KEY ?? '',
})

const session = await client.sessions.getOrCreate({ image: 'python' })
const text = (content: string) => new TextEncoder().encode(content)
try {
  await client.sessions.upload(session.sessionId, [
    {
      path: 'mycode.py',
      content: text('import sys\nprint("arguments", sys.argv[1:], open("built").read())'),
    },
  ])
  const request = {
    mode: 'batch',
    options: { clean: null, build: 'printf done > built', exec: 'python3 mycode.py arg1 arg2' },
  } as const
  for await (const result of client.sessions.run(session.sessionId, request, async () => '')) {
    for (const [type, value] of result.console) if (type === 'stdout') process.stdout.write(String(value))
    if (result.status === 'finished') console.log('exit code', result.exitCode)
  }
} finally {
  await client.sessions.destroy(session.sessionId)
}
