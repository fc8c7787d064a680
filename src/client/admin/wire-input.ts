/** Slot name → amount: `{cpu: 8, mem: '16g'}`. */
export type Slots = Record<string, string | number>

/** Storage host → what its users may do there: `{'local:volume1': ['mount-in-session']}`. */
export type HostPermissions = Record<string, readonly string[]>

/** An input object as the server names it: snake case, objects as JSON texts, nothing that is undefined. */
export function wireInput(input: object): Record<string, unknown> {
  const given = Object.entries(input).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given.map(([name, value]) => [snakeCase(name), wireValue(value)]))
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const wireValue = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? JSON.stringify(value) : value
