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
