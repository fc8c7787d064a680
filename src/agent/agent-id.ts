import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeDurably } from './files/write-durably.ts'

/** The id of this agent: given, or made at random once and kept in `<dir>/id`. */
export async function loadAgentId(dir: string, given: string | null, makeId: () => string): Promise<string> {
  if (given !== null) return given
  await mkdir(dir, { recursive: true, mode: 0o711 })
  const path = join(dir, 'id')
  const kept = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  if (kept.trim() !== '') return kept.trim()
  const id = `i-${makeId().replaceAll('-', '').slice(0, 16)}`
  await writeDurably(path, `${id}\n`)
  return id
}
