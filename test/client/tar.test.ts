import { expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readTar } from '../../src/client/tar.ts'
import { tarOf } from './tar-of.ts'

test.each([['ustar'], ['gnu'], ['pax']])('reads what tar writes as %s', async (format) => {
  const directory = mkdtempSync(join(tmpdir(), 'tar-test-'))
  try {
    const long = 'a-long-directory-name-'.repeat(4)
    mkdirSync(join(directory, 'in', long), { recursive: true })
    const path = join('in', long, 'file-한글.txt')
    writeFileSync(join(directory, path), 'x'.repeat(1000))
    symlinkSync('/etc/passwd', join(directory, 'in', 'link'))
    const tar = Bun.spawn(['tar', `--format=${format}`, '-C', directory, '-cf', '-', 'in'], {
      stdout: 'pipe',
    })
    const entries = readTar(await new Response(tar.stdout).bytes())
    const files = entries.filter(({ kind }) => kind === 'file')
    expect(files.map((file) => file.path)).toEqual([path])
    expect(files[0]?.content.length).toBe(1000)
    const others = entries.filter(({ kind }) => kind === 'other')
    expect(others.map((other) => other.path)).toEqual(['in/link'])
  } finally {
    rmSync(directory, { recursive: true })
  }
})

test('refuses a cut and a damaged archive', () => {
  const archive = tarOf([{ path: 'a', content: 'hello'.repeat(200) }])
  expect(() => readTar(archive.subarray(0, 700))).toThrow('cut off')
  archive[0] = 98
  expect(() => readTar(archive)).toThrow('damaged')
})

test('an empty archive has no entries', () => {
  expect(readTar(new Uint8Array(1024))).toEqual([])
})
