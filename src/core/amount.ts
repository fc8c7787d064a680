/** Exact decimal amounts of resource slots, held as bigint scaled by 10^9; `INFINITE` absorbs every sum. */
export type Amount = bigint

const DIGITS = 9
const SCALE = 10n ** BigInt(DIGITS)

export const ZERO: Amount = 0n
/** Larger than any real amount; arithmetic below keeps it infinite. */
export const INFINITE: Amount = 1n << 200n

export const isInfinite = (a: Amount): boolean => a >= INFINITE

export function add(a: Amount, b: Amount): Amount {
  return isInfinite(a) || isInfinite(b) ? INFINITE : a + b
}

/** `a - b`; infinite minus anything stays infinite. */
export function subtract(a: Amount, b: Amount): Amount {
  if (isInfinite(a)) return INFINITE
  return isInfinite(b) ? -INFINITE : a - b
}

export const fromInteger = (n: number | bigint): Amount => BigInt(n) * SCALE

/** The nearest number, for display and percentages only: never for accounting. */
export function toNumber(a: Amount): number {
  return isInfinite(a) ? Number.POSITIVE_INFINITY : Number(a) / Number(SCALE)
}

/**
 * Reads a decimal such as `4`, `0.5`, `1e3` or `Infinity`.
 * @throws RangeError when the text is no decimal or has more than nine fraction digits.
 */
export function parseDecimal(text: string): Amount {
  const trimmed = text.trim()
  if (/^\+?(inf|infinity)$/i.test(trimmed)) return INFINITE
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?$/i.exec(trimmed)
  if (!match || (!match[2] && !match[3])) throw new RangeError(`not a decimal number: "${text}"`)
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  const shift = DIGITS - fraction.length + Number(exponent)
  const digits = BigInt(`${whole}${fraction}` || '0')
  if (shift < 0 && digits % 10n ** BigInt(-shift) !== 0n) {
    throw new RangeError(`more than ${DIGITS} fraction digits: "${text}"`)
  }
  const value = shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift)
  return sign === '-' ? -value : value
}

/** The shortest decimal text: `4`, `0.5`, `Infinity`. */
export function formatDecimal(a: Amount): string {
  if (isInfinite(a)) return 'Infinity'
  const negative = a < 0n
  const digits = (negative ? -a : a).toString().padStart(DIGITS + 1, '0')
  const whole = digits.slice(0, -DIGITS)
  const fraction = digits.slice(-DIGITS).replace(/0+$/, '')
  return `${negative ? '-' : ''}${whole}${fraction ? `.${fraction}` : ''}`
}
