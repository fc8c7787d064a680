import * as v from 'valibot'

export interface PortRange {
  /** The first port. */
  readonly from: number
  /** The last port, included. */
  readonly to: number
}

const EXPECTED = 'expected a range of ports such as [30000, 31000] or "30000-31000"'

function parseRange(value: string | number[]): PortRange | null {
  const parts = typeof value === 'string' ? value.split(/[-~:]/).map((part) => Number(part.trim())) : value
  const [from, to] = parts
  if (parts.length !== 2 || from === undefined || to === undefined) return null
  const valid = Number.isInteger(from) && Number.isInteger(to) && from >= 1 && to <= 65535 && from <= to
  return valid ? { from, to } : null
}

export const portRange = v.pipe(
  v.union([v.string(), v.array(v.number())], EXPECTED),
  v.rawTransform<string | number[], PortRange>(({ dataset, addIssue, NEVER }) => {
    const range = parseRange(dataset.value)
    if (range) return range
    addIssue({ message: EXPECTED })
    return NEVER
  }),
)
