import { parse } from 'smol-toml'
import * as v from 'valibot'
import { configSchema } from '../schema/index.ts'
import { schemaAt } from '../schema/section.ts'

/**
 * The value that text from the environment or the command line stands for: the text itself where the key takes
 * text, else a TOML value (`4`, `true`, `["a"]`), else a list at its commas.
 */
export function coerce(path: readonly string[], text: string): unknown {
  const schema = schemaAt(configSchema, path)
  if (!schema) return text
  const fits = (value: unknown) => v.safeParse(schema, value).success
  if (fits(text)) return text
  const value = tomlValue(text)
  if (value !== undefined && fits(value)) return value
  const list = text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
  return fits(list) ? list : text
}

function tomlValue(text: string): unknown {
  try {
    return parse(`value = ${text}`).value
  } catch {
    return undefined
  }
}
