import { toJsonSchema } from '@valibot/to-json-schema'
import type { GenericSchema } from 'valibot'

/** A schema object of OpenAPI 3.1, which is JSON Schema of 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** What may be sent where `schema` validates: the input's side, with every spelling that the schema reads. */
export function paramsSchema(schema: GenericSchema): JsonSchema {
  const known = spelled(schema)
  if (known) return known
  const { $schema: _, ...plain } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    typeMode: 'input',
    // What JSON Schema cannot say is left to the validation itself.
    errorMode: 'ignore',
  }) as Record<string, unknown>
  return plain
}

interface Part {
  kind: string
  type: string
  entries?: Record<string, Part>
  options?: readonly Part[]
  pipe?: readonly Part[]
  operation?: (input: unknown) => unknown
}

/** A record that is transformed into an object of known keys: the keys that the transformation reads, with their schemas. */
function spelled(schema: unknown): JsonSchema | null {
  const { pipe } = schema as Part
  if (!pipe) return null
  const reading = pipe.find(({ kind, type }) => kind === 'transformation' && type === 'transform')
  const object = pipe.slice(1).find(({ kind, type }) => kind === 'schema' && /object$|^variant$/.test(type))
  if (!reading?.operation || !object) return null
  const entries = entriesOf(object)
  const names = spellings(reading.operation, [...entries.keys()])
  const unsent = Object(reading.operation({}))
  const properties: Record<string, unknown> = {}
  const required: string[] = []
  for (const [key, ones] of entries) {
    const [first, ...others] = names.get(key) ?? []
    // A part that is put together from several names says nothing of each.
    if (first === undefined) continue
    const property = anyOf(ones.map((entry) => paramsSchema(entry as unknown as GenericSchema)))
    properties[first] = others.length > 0 ? { ...property, 'x-aliases': others } : property
    if (unsent[key] === undefined && ones.every(isRequired)) required.push(first)
  }
  for (const name of names.get('') ?? []) properties[name] ??= {}
  return { type: 'object', properties, ...(required.length > 0 ? { required } : {}) }
}

/** Each key with its schemas: one of an object, as many as there are options of a variant. */
function entriesOf({ entries = {}, options }: Part): Map<string, Part[]> {
  const found = new Map(Object.entries(entries).map(([key, entry]) => [key, [entry]]))
  for (const option of options ?? []) {
    for (const [key, ones] of entriesOf(option)) found.set(key, [...(found.get(key) ?? []), ...ones])
  }
  return found
}

function anyOf(schemas: readonly JsonSchema[]): JsonSchema {
  const distinct = new Map(schemas.map((schema) => [JSON.stringify(schema), schema]))
  const [only = {}] = distinct.values()
  return distinct.size === 1 ? only : { anyOf: [...distinct.values()] }
}

/**
 * Which names of the input each key of the output is read from, found by handing in one name at a time; under the
 * empty key those that end up inside a part of the output.
 */
function spellings(read: (input: unknown) => unknown, keys: readonly string[]): Map<string, string[]> {
  const asked = new Set<string>()
  const found = new Map<string, string[]>()
  const watching = new Proxy({}, { get: (_, name) => void (typeof name === 'string' && asked.add(name)) })
  read(watching)
  for (const name of new Set([...asked, ...keys])) {
    const marker = {}
    const output = read({ [name]: marker })
    for (const [key, value] of Object.entries(output ?? {})) {
      const isInside = typeof value === 'object' && value !== null && Object.values(value).includes(marker)
      const place = value === marker ? key : isInside ? '' : null
      if (place !== null) found.set(place, [...(found.get(place) ?? []), name])
    }
  }
  return found
}

const OPTIONAL = /^(optional|nullish|exact_optional|undefinedable|nullable|unknown|any)$/

/** Is a value without which it fails needed? Anything goes in where a check comes before the schema that decides. */
function isRequired({ type, pipe }: Part): boolean {
  const schemas = (pipe ?? []).filter(({ kind }) => kind === 'schema')
  const [first, second] = schemas
  if (!first) return !OPTIONAL.test(type)
  return first.type === 'unknown' && second ? isRequired(second) : isRequired({ ...first, pipe: [] })
}
