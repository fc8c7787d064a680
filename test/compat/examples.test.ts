/** The examples of the SDK, each as a program of its own against a whole cluster. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Shape, startShape } from '../harness/shapes.ts'

const EXAMPLES = join(import.meta.dir, '../client/examples')
const START_MS = 240_000

/** What each prints, line by line. */
const PRINTED: Record<string, string> = {
  'account.ts': 'superadmin admin\ntrue true\nv7.20230615\n',
  'dotfiles.ts': '.example/config 600\ncolour = blue\n\n',
  'errors.ts': '404 object-not-found No such session.\nunreachable 1\n',
  'events.ts': [
    ...['enqueued', 'scheduled', 'preparing', 'creating', 'started', 'terminating', 'terminated'].map(
      (event) => `session_${event}`,
    ),
    'pending scheduled preparing running terminating terminated',
    '',
  ].join('\n'),
  'folders.ts': 'example-data rw\nuploaded 8 of 8 bytes\ntrain.csv 8\na,b\n1,2\n',
  'list-sessions.ts': '0 sessions\n',
  'run-script.ts': "arguments ['arg1', 'arg2'] done\nexit code 0\n",
  'run-snippet.ts': 'who? hello world\n',
  'stream-code.ts': 'tick 0\ntick 1\ntick 2\nover\n',
  'templates.ts': 'by-template RUNNING example\n',
  'terminal.ts': 'the shell answered\n',
}

let shape: Shape
beforeAll(async () => {
  shape = await startShape('up', { backend: 'process' })
}, START_MS)
afterAll(() => shape[Symbol.asyncDispose](), START_MS)

test('every example has its output here', () => {
  expect(readdirSync(EXAMPLES).sort()).toEqual(Object.keys(PRINTED).sort())
})

test.each(Object.entries(PRINTED))('%s', async (name, printed) => {
  const child = Bun.spawn([process.execPath, join(EXAMPLES, name)], {
    env: {
      ...process.env,
      BACKEND_ENDPOINT: shape.endpoint,
      BACKEND_ACCESS_KEY: shape.accessKey,
      BACKEND_SECRET_KEY: shape.secretKey,
    },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [code, stdout, stderr] = await Promise.all([
    child.exited,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  expect([code, stdout, stderr]).toEqual([0, printed, ''])
})
