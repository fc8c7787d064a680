import { invalid } from './refusals.ts'

/** A JSON object as a client gave it; null and undefined mean "not given". @throws Problem */
export function jsonRecord(what: string, value: unknown): Record<string, unknown> | undefined {
  if (value === null || value === undefined) return undefined
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid(`${what} is a JSON object`)
  const text = JSON.stringify(value)
  if (text.length > 65_536) throw invalid(`${what} is larger than 64 KiB`)
  // PostgreSQL stores neither NUL nor half a surrogate pair; JSON escapes both.
  if (/\\u(0000|d[89a-f])/i.test(text)) throw invalid(`${what} contains characters that cannot be stored`)
  return { ...value }
}
