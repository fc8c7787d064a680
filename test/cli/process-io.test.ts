import { expect, test } from 'bun:test'
import { Readable } from 'node:stream'
import { LineReader } from '../../src/cli/line-reader.ts'

const readerOf = (...pieces: string[]): LineReader =>
  new LineReader(
    Readable.from(
      pieces.map((piece) => Buffer.from(piece)),
      { objectMode: false },
    ),
  )

test('lines arrive one by one, however the stream is cut', async () => {
  const reader = readerOf('on', 'e\ntwo\r\nth', 'ree')
  expect([await reader.next(), await reader.next(), await reader.next(), await reader.next()]).toEqual([
    'one',
    'two',
    'three',
    null,
  ])
})

test('everything that is left can be read at once', async () => {
  const reader = readerOf('one\ntwo\n', 'three')
  expect(await reader.next()).toBe('one')
  expect(await reader.all()).toBe('two\nthree')
  expect(await reader.next()).toBeNull()
})

test('an empty stream has no line', async () => {
  expect(await readerOf().next()).toBeNull()
})

test('an interruption ends the waiting for a line, and every later one', async () => {
  const reader = new LineReader(new Readable({ read() {} }))
  const line = reader.next().catch(String)
  reader.interrupt(new Error('stop'))
  expect(await line).toBe('Error: stop')
  expect(await reader.all().catch(String)).toBe('Error: stop')
})

test('Ctrl-C at a question ends the command', async () => {
  using server = Bun.serve({ port: 0, fetch: () => Response.json({ authenticated: false, data: null }) })
  await using child = Bun.spawn([process.execPath, `${import.meta.dir}/../../src/main.ts`, 'login'], {
    env: { ...process.env, BACKEND_ENDPOINT: server.url.origin, BACKEND_ENDPOINT_TYPE: 'session' },
    stdin: 'pipe',
    stdout: 'ignore',
    stderr: 'pipe',
  })
  const { value } = await child.stderr.getReader().read()
  expect(new TextDecoder().decode(value)).toContain('E-mail address: ')
  child.kill('SIGINT')
  expect(await child.exited).toBe(130)
}, 30_000)
