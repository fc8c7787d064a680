import * as v from 'valibot'

/** Building blocks for parameters that arrive as JSON from one client and as query text from another. */

/** `true`, `"true"`, `"True"` (Python), `1`, `"yes"`, `"on"` and their opposites. */
export const flag = v.pipe(
  v.union([v.boolean(), v.number(), v.string()]),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const word = String(dataset.value).toLowerCase()
    if (['true', '1', 'yes', 'on', 't', 'y'].includes(word)) return true
    if (['false', '0', 'no', 'off', 'f', 'n', ''].includes(word)) return false
    addIssue({ message: 'expected a boolean' })
    return NEVER
  }),
)

/** An integer as a number or as decimal text. */
export const integer = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^\s*[+-]?\d{1,15}\s*$/, 'expected an integer'))]),
  v.transform(Number),
  v.integer('expected an integer'),
  v.safeInteger(),
)

/** A string that may be null or absent. */
export const nullableText = v.optional(v.nullable(v.string()), null)

/** An object of any names; a list is none, though records take its indexes for names. */
export const anObject = v.pipe(
  v.unknown(),
  v.check((value) => !Array.isArray(value), 'expected an object, not a list'),
  v.record(v.string(), v.unknown(), 'expected an object'),
)

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i

/** A UUID with or without hyphens, given back in the hyphenated lower-case form. */
export const uuid = v.pipe(
  v.string(),
  v.regex(UUID, 'expected a UUID'),
  v.transform((text) =>
    text
      .replaceAll('-', '')
      .toLowerCase()
      .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
  ),
)

/** The first of `names` that is present; the documented keys have spellings in several cases. */
export function firstOf(input: Readonly<Record<string, unknown>>, names: readonly string[]): unknown {
  for (const name of names) if (input[name] !== undefined) return input[name]
  return undefined
}
