/** Files that every new session finds in its home directory. */
import { createClient } from 'backendai/client'

const client = createClient({
  endpoint: process.env.BACKEND_ENDPOINT ?? 'http://127.0.0.1:8081',
  accessKey: process.env.BACKEND_ACCESS_KEY ?? '',
  secretKey: process.env.BACKEND_SECRET_KEY ?? '',
})

await client.dotfiles.create({ path: '.example/config', data: 'colour = blue\n', permission: '600' })
try {
  for (const file of await client.dotfiles.list()) console.log(file.path, file.permission)
  const session = await client.sessions.getOrCreate({ image: 'python' })
  try {
    const request = {
      mode: 'query',
      code: 'import os\nprint(open(os.path.expanduser("~/.example/config")).read())',
    }
    for await (const result of client.sessions.run(
      session.sessionId,
      { ...request, mode: 'query' },
      async () => '',
    )) {
      for (const [type, value] of result.console) if (type === 'stdout') process.stdout.write(String(value))
    }
  } finally {
    await client.sessions.destroy(session.sessionId)
  }
} finally {
  await client.dotfiles.delete('.example/config')
}
