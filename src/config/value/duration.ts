import * as v from 'valibot'

const SECONDS: Readonly<Record<string, number>> = {
  ms: 0.001,
  '': 1,
  s: 1,
  m: 60,
  h: 3600,
  d: 86400,
  w: 604800,
}

/** Seconds of `90`, `1.5h`, `4m` (four minutes) or `1d12h`; null when it is no duration. */
export function parseDuration(text: string): number | null {
  const compact = text.trim().toLowerCase().replaceAll(' ', '')
  if (/^\d+(\.\d+)?$/.test(compact)) return Number(compact)
  if (!/^(\d+(\.\d+)?(ms|[smhdw]))+$/.test(compact)) return null
  return [...compact.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)].reduce(
    (sum, [, amount, unit = '']) => sum + Number(amount) * (SECONDS[unit] ?? 1),
    0,
  )
}

const EXPECTED = 'expected a duration in seconds, or text such as "30s", "4m", "1h" or "1d"'

/** A duration in seconds. */
export const duration = v.union(
  [
    v.pipe(v.number(), v.minValue(0)),
    v.pipe(
      v.string(),
      v.rawTransform<string, number>(({ dataset, addIssue, NEVER }) => {
        const seconds = parseDuration(dataset.value)
        if (seconds !== null) return seconds
        addIssue({ message: EXPECTED })
        return NEVER
      }),
    ),
  ],
  EXPECTED,
)
