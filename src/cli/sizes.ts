const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** `1.5 GiB`, for people; not exact. */
export function sizeText(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit += 1
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1
  return `${value.toFixed(digits).replace(/\.0$/, '')} ${UNITS[unit]}`
}

/** `cpu 4, mem 1 GiB` of a JSON text of slots; empty for none. */
export function slotsText(json: unknown): string {
  const slots = jsonObject(json)
  return Object.entries(slots)
    .filter(([, amount]) => Number(amount) !== 0)
    .map(([name, amount]) => `${name} ${name === 'mem' ? sizeText(Number(amount)) : String(amount)}`)
    .join(', ')
}

/** The object inside a JSON text, or an empty one. */
export function jsonObject(json: unknown): Record<string, unknown> {
  if (typeof json === 'object' && json !== null) return json as Record<string, unknown>
  if (typeof json !== 'string') return {}
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
