/** One measured value as the API gives it: decimal texts (agent-kernel.md §9). */
export interface Metric {
  current: string
  capacity: string | null
  pct: string
  unit_hint: string
  [stat: `stats.${string}`]: string
}

export interface MetricInput {
  current: number
  capacity: number | null
  unitHint: string
  stats?: Record<string, number>
}

export function metric({ current, capacity, unitHint, stats = {} }: MetricInput): Metric {
  const pct = capacity === null || capacity === 0 ? 0 : (current / capacity) * 100
  return {
    current: decimal(current, 3),
    capacity: capacity === null ? null : decimal(capacity, 3),
    pct: pct.toFixed(2),
    unit_hint: unitHint,
    ...Object.fromEntries(Object.entries(stats).map(([name, value]) => [`stats.${name}`, decimal(value, 3)])),
  }
}

const decimal = (value: number, digits: number): string =>
  Number.isInteger(value) ? String(value) : value.toFixed(digits)
