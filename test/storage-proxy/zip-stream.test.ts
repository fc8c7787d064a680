import { expect, test } from 'bun:test'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { type ZipEntry, zipStream } from '../../src/storage-proxy/zip-stream.ts'
import { tempDirectory } from '../harness/temp.ts'

const modifiedAt = new Date(2024, 1, 29, 12, 34, 56)
const file = (path: string, text: string, size = text.length): ZipEntry => ({
  path,
  modifiedAt,
  content: { size, stream: () => new Blob([text]).stream() },
})

async function* all(entries: ZipEntry[]) {
  yield* entries
}

/** What Python's zipfile makes of it: name, text, time. */
async function unzipped(entries: ZipEntry[]): Promise<unknown> {
  using directory = tempDirectory('zip')
  const parts = await Array.fromAsync(zipStream(all(entries)))
  writeFileSync(directory.at('a.zip'), Buffer.concat(parts))
  const code =
    'import json, sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(json.dumps([[i.filename, z.read(i).decode(), i.date_time] for i in z.infolist()][:5] + [len(z.infolist())]))'
  return JSON.parse(execFileSync('python3', ['-c', code, directory.at('a.zip')]).toString())
}

test('files and directories, an empty archive too', async () => {
  const time = [2024, 2, 29, 12, 34, 56]
  const entries = [{ path: 'd', modifiedAt, content: null }, file('d/é', 'text'), file('empty', '')]
  expect(await unzipped(entries)).toEqual([['d/', '', time], ['d/é', 'text', time], ['empty', '', time], 3])
  expect(await unzipped([])).toEqual([0])
})

test('large files and many of them take the long form', async () => {
  const large = [file('large', 'as if it were of 5 GiB', 5 * 1024 ** 3), file('small', 'x')]
  const time = [2024, 2, 29, 12, 34, 56]
  expect(await unzipped(large)).toEqual([['large', 'as if it were of 5 GiB', time], ['small', 'x', time], 2])
  const many = Array.from({ length: 66_000 }, (_, index) => ({
    path: `d${index}`,
    modifiedAt,
    content: null,
  }))
  const listed = (await unzipped(many)) as unknown[]
  expect([listed[0], listed.at(-1)]).toEqual([['d0/', '', time], 66_000])
}, 60_000)
