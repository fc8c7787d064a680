import { usageError } from '../exit-code.ts'

/** A variable and the values that it takes, from `X=case:1,2,3`. */
export interface RangeVariable {
  name: string
  values: readonly string[]
}

const MAX_VALUES = 10_000

/**
 * Reads one range option: `NAME=case:A,B,C`, `NAME=linspace:START,STOP,POINTS` (both ends included) or
 * `NAME=range:START,STOP[,STEP]` (whole numbers, STOP excluded, as in Python).
 * @throws CliError (usage) saying what is wrong.
 */
export function parseRange(option: string, text: string): RangeVariable {
  const match = /^([A-Za-z_]\w*)=([a-z]+):(.*)$/s.exec(text)
  const fail = (why: string): never => {
    throw usageError(`${option} ${text}: ${why}.`, 'Examples: X=case:1,2,3  X=linspace:0,1,5  X=range:1,6,2')
  }
  if (!match) return fail('expected VARIABLE=KIND:VALUES')
  const [, name = '', kind = '', list = ''] = match
  const words = list.split(',').map((word) => word.trim())
  if (kind === 'case') return words.includes('') ? fail('a case is empty') : { name, values: words }
  if (kind !== 'linspace' && kind !== 'range') return fail(`"${kind}" is not case, linspace or range`)
  const numbers = words.map((word) => (word === '' ? Number.NaN : Number(word)))
  if (!numbers.every(Number.isFinite)) return fail('expected numbers')
  const values = kind === 'linspace' ? linspace(numbers, fail) : range(numbers, fail)
  return values.length === 0 ? fail('it holds no value') : { name, values: values.map(numberText) }
}

function linspace(numbers: readonly number[], fail: (why: string) => never): number[] {
  const [start = 0, stop = 0, points = 0] = numbers
  if (numbers.length !== 3) return fail('linspace takes START,STOP,POINTS')
  if (!Number.isInteger(points) || points < 1 || points > MAX_VALUES) {
    return fail(`POINTS must be a whole number from 1 to ${MAX_VALUES}`)
  }
  if (points === 1) return [start]
  return Array.from({ length: points }, (_, at) => start + ((stop - start) * at) / (points - 1))
}

function range(numbers: readonly number[], fail: (why: string) => never): number[] {
  const [start = 0, stop = 0, step = 1] = numbers
  if (numbers.length < 2 || numbers.length > 3) return fail('range takes START,STOP,STEP')
  if (!numbers.every(Number.isInteger)) return fail('range takes whole numbers')
  if (step === 0) return fail('STEP must not be 0')
  const length = Math.max(0, Math.ceil((stop - start) / step))
  if (length > MAX_VALUES) return fail(`more than ${MAX_VALUES} values`)
  return Array.from({ length }, (_, at) => start + at * step)
}

/** Without the noise of binary fractions: 0.30000000000000004 is 0.3. */
const numberText = (value: number): string => String(Number(value.toPrecision(12)))
