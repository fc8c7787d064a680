import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { writeDurably } from './files/write-durably.ts'

/**
 * SHA-256 of an executable. Hashing 100 MB takes a while: it is remembered in `<root>/digest.json`, by size, time and
 * place of the file.
 */
export async function executableDigest(root: string, executable: string): Promise<string> {
  await mkdir(root, { recursive: true, mode: 0o755 })
  const { size, mtimeMs, ino } = await stat(executable)
  const key = JSON.stringify([executable, size, mtimeMs, ino])
  const memo = join(root, 'digest.json')
  const kept = await readFile(memo, 'utf8').then(
    (text) => JSON.parse(text) as { key: string; digest: string },
    () => null,
  )
  if (kept?.key === key) return kept.digest
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(executable)) hash.update(chunk as Uint8Array)
  const digest = hash.digest('hex')
  await writeDurably(memo, JSON.stringify({ key, digest }), 0o644)
  return digest
}
