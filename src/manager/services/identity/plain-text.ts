import { invalid } from './refusals.ts'

const SLUG = /^[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?$/

/**
 * The name of a domain or project: letters and digits with `.`, `_`, `-` between them (domain-model.md §1.1).
 * @throws Problem
 */
export function slugName(what: string, name: string): string {
  if (name.length <= 64 && SLUG.test(name)) return name
  throw invalid(
    `invalid ${what} name "${name.slice(0, 80)}": up to 64 letters and digits, with . _ - only between them`,
  )
}

/**
 * Text for a column; null and undefined pass.
 * @throws Problem when it is longer than `max` characters or holds what PostgreSQL cannot store.
 */
export function plainText<T extends string | null | undefined>(what: string, text: T, max: number): T {
  if (typeof text !== 'string') return text
  if (text.length > max) throw invalid(`${what} is longer than ${max} characters`)
  if (text.includes('\0') || !text.isWellFormed()) {
    throw invalid(`${what} contains characters that cannot be stored`)
  }
  return text
}

/** A name that identifies a row. @throws Problem when it is empty, too long or has control characters. */
export function rowName(what: string, name: string, max = 256): string {
  if (name.trim() === '') throw invalid(`the ${what} needs a name`)
  if (/\p{Cc}/u.test(name)) throw invalid(`the name of the ${what} contains control characters`)
  return plainText(`the name of the ${what}`, name, max)
}

/**
 * A whole number within its column; null and undefined mean "not given".
 * @throws Problem
 */
export function atLeast(what: string, value: number | null | undefined, least: number): number | undefined {
  if (value === null || value === undefined) return undefined
  if (value < least) throw invalid(`${what} must be at least ${least}`)
  return value
}
