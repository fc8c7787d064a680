import * as v from 'valibot'
import { uuid } from '../../../api/fields.ts'
import { invalid } from './refusals.ts'

const MAX = 10_000

/** A list of UUIDs, each once. @throws Problem that names the entry that is none. */
export function readUuids(what: string, entries: readonly (string | null)[]): string[] {
  if (entries.length > MAX) throw invalid(`${what} has more than ${MAX} entries`)
  const ids = entries.map((entry) => {
    const read = v.safeParse(uuid, entry)
    if (read.success) return read.output
    throw invalid(`${what}: "${String(entry).slice(0, 80)}" is no UUID`)
  })
  return [...new Set(ids)]
}
