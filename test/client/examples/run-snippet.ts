/** A snippet in a new session, by requests that wait (query mode). */
import { createClient } from 'backendai/client'

const client = createClient({
  endpoint: process.env.BACKEND_ENDPOINT ?? 'http://127.0.0.1:8081',
  accessKey: process.env.BACKEND_ACCESS_KEY ?? '',
  secretKey: process.env.BACKEND_SECRET_KEY ?? '',
})

const session = await client.sessions.getOrCreate({ image: 'python', resources: { cpu: '1', mem: '256m' } })
try {
  const request = { mode: 'query', code: 'name = input("who? ")\nprint("hello", name)' } as const
  // The session asks; a program would ask its user.
  const answer = async (isPassword: boolean) => (isPassword ? 'secret' : 'world')
  for await (const result of client.sessions.run(session.sessionId, request, answer)) {
    for (const [type, value] of result.console) {
      if (type === 'stdout') process.stdout.write(String(value))
      else if (type === 'stderr') process.stderr.write(String(value))
      else console.log(`[${type}]`)
    }
  }
} finally {
  await client.sessions.destroy(session.sessionId)
}
