/** Human byte sizes with binary units, as the original reads and writes them (`4g` is 4 GiB). */
const UNITS = ['', 'k', 'm', 'g', 't', 'p', 'e'] as const

/**
 * Bytes of `1024`, `256m`, `1.5g`, `2GiB` or `1 KB`.
 * @throws RangeError when the text is no size.
 */
export function parseBytes(text: string): bigint {
  const match = /^\s*(\d+)(?:\.(\d+))?\s*([kmgtpe]?)(?:i?b)?\s*$/i.exec(text)
  if (!match) throw new RangeError(`not a byte size: "${text}"`)
  const [, whole = '0', fraction = '', unit = ''] = match
  const factor = 1024n ** BigInt(UNITS.indexOf(unit.toLowerCase() as (typeof UNITS)[number]))
  const scale = 10n ** BigInt(fraction.length)
  return (BigInt(whole + fraction) * factor) / scale
}

/** The shortest exact text with a binary unit: `4g`, `1536m`, `1000`. */
export function formatBytes(bytes: bigint): string {
  let value = bytes
  let unit = 0
  while (unit < UNITS.length - 1 && value !== 0n && value % 1024n === 0n) {
    value /= 1024n
    unit += 1
  }
  return `${value}${UNITS[unit]}`
}
