import { Problem } from '../../../core/problem.ts'

/**
 * Reads `PENDING,RUNNING` against the statuses there are; null or empty is no condition.
 * @throws Problem that names the unknown ones.
 */
export function readStatuses<const Status extends string>(
  text: string | null | undefined,
  known: readonly Status[],
): Status[] | null {
  const names = (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  if (names.length === 0) return null
  const unknown = names.filter((name) => !known.some((status) => status === name.toUpperCase()))
  if (unknown.length > 0) {
    throw new Problem('invalid-api-params', {
      msg: `There is no status ${unknown.join(', ')}; there are ${known.join(', ')}.`,
      data: { status: unknown.join(', ') },
    })
  }
  return known.filter((status) => names.some((name) => name.toUpperCase() === status))
}
