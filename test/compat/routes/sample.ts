import type { JsonSchema } from '../../../src/manager/api/openapi/params-schema.ts'
import type { ServedRoute } from './contract.ts'

export const NOBODY = '00000000-0000-4000-8000-00000000dead'

/** Texts of every form that parameters have. */
const TEXTS = [NOBODY, 'x', 'nobody', '202611', '20261101', '755', '1g', '/x', 'https://example.org/x']
const VALUES: readonly unknown[] = [...TEXTS, 2048, 1, true, ['x'], {}]
const WRONG: readonly unknown[] = [{ of: 'a wrong type' }, [['x']], 7, 'no such word', true]

/** A value that a schema takes. */
export function validValue(schema: JsonSchema): unknown {
  const { enum: names, const: one, default: standard, anyOf } = schema
  if (Array.isArray(names)) return names[0]
  if (one !== undefined) return one
  if (standard !== undefined && standard !== null) return standard
  if (Array.isArray(anyOf)) return validValue(anyOf[0])
  if (schema.type === 'object' && typeof schema.properties === 'object') return validObject(schema)
  return VALUES.find((value) => matches(schema, value))
}

function validObject({ properties, required }: JsonSchema): Record<string, unknown> {
  const needed = Array.isArray(required) ? required : []
  return Object.fromEntries(
    Object.entries((properties ?? {}) as Record<string, JsonSchema>)
      .filter(([name]) => needed.includes(name))
      .map(([name, schema]) => [name, validValue(schema)]),
  )
}

/** Values that a schema refuses. */
export const wrongValues = (schema: JsonSchema): unknown[] => WRONG.filter((value) => !matches(schema, value))

/** Where parameters depend on each other: what to ask for, so that each is looked at. */
const SAMPLES: Readonly<Record<string, Record<string, unknown>>> = {
  'POST /session/{session_name}': { mode: 'batch', code: '', runId: null, options: {} },
}

/** All that is required of a route, each with a value that its schema takes; nothing that exists. */
export const sampleParams = ({ name, params }: ServedRoute): Record<string, unknown> =>
  SAMPLES[name] ?? requiredOf(params)

const requiredOf = (params: ServedRoute['params']): Record<string, unknown> =>
  Object.fromEntries(
    [...params]
      .filter(([, { required }]) => required)
      .map(([name, { schema }]) => [name, validValue(schema)]),
  )

/** Does the schema take it? As much of JSON Schema as parameters use; what is unknown takes anything. */
export function matches(schema: JsonSchema, value: unknown): boolean {
  const { anyOf, allOf, enum: names, const: one, type } = schema
  if (Array.isArray(anyOf)) return anyOf.some((option: JsonSchema) => matches(option, value))
  if (Array.isArray(allOf) && !allOf.every((part: JsonSchema) => matches(part, value))) return false
  if (Array.isArray(names)) return names.includes(value)
  if (one !== undefined) return value === one
  if (schema.$ref !== undefined) return true
  const types = Array.isArray(type) ? type : type === undefined ? [] : [type]
  if (types.length > 0 && !types.some((name) => isOfType(name, value))) return false
  if (typeof value === 'string') return matchesText(schema, value)
  if (typeof value === 'number') return matchesNumber(schema, value)
  if (Array.isArray(value)) return matchesList(schema, value)
  return true
}

function isOfType(type: unknown, value: unknown): boolean {
  if (type === 'null') return value === null
  if (type === 'array') return Array.isArray(value)
  if (type === 'integer') return Number.isInteger(value)
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value)
  return typeof value === type
}

function matchesText({ pattern, minLength, maxLength, format }: JsonSchema, value: string): boolean {
  if (typeof pattern === 'string' && !new RegExp(pattern, 'iu').test(value)) return false
  if (format === 'uuid' && !/^[0-9a-f-]{36}$/.test(value)) return false
  if (typeof minLength === 'number' && value.length < minLength) return false
  return typeof maxLength !== 'number' || value.length <= maxLength
}

function matchesNumber({ minimum, maximum }: JsonSchema, value: number): boolean {
  if (typeof minimum === 'number' && value < minimum) return false
  return typeof maximum !== 'number' || value <= maximum
}

function matchesList({ items, minItems, maxItems }: JsonSchema, value: readonly unknown[]): boolean {
  if (typeof minItems === 'number' && value.length < minItems) return false
  if (typeof maxItems === 'number' && value.length > maxItems) return false
  return typeof items !== 'object' || value.every((item) => matches(items as JsonSchema, item))
}
