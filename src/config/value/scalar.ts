import * as v from 'valibot'

/** Plain values, with the sentence that a wrong one gets. */
export const text = v.string('expected text')
export const flag = v.boolean('expected true or false')

export const textList = v.array(text, 'expected a list of text, such as ["a", "b"]')

/** A list of text, or text with commas as the original writes some lists. */
export const commaList = v.union(
  [
    textList,
    v.pipe(
      text,
      v.transform((list) =>
        list
          .split(',')
          .map((entry) => entry.trim())
          .filter(Boolean),
      ),
    ),
  ],
  'expected a list of text, or text with commas',
)

export const whole = (min: number, max = Number.MAX_SAFE_INTEGER) => {
  const upTo = max === Number.MAX_SAFE_INTEGER ? '' : ` and at most ${max}`
  const expected = `expected a whole number of at least ${min}${upTo}`
  return v.pipe(v.number(expected), v.integer(expected), v.minValue(min, expected), v.maxValue(max, expected))
}

export const decimal = (min: number, max = Number.POSITIVE_INFINITY) => {
  const upTo = max === Number.POSITIVE_INFINITY ? '' : ` and at most ${max}`
  const expected = `expected a number of at least ${min}${upTo}`
  return v.pipe(v.number(expected), v.minValue(min, expected), v.maxValue(max, expected))
}

export const oneOf = <const Options extends readonly string[]>(...options: Options) =>
  v.picklist(options, `expected one of ${options.map((option) => `"${option}"`).join(', ')}`)

/** A key that may be left out, which means null. */
export const orNull = <Schema extends v.GenericSchema>(schema: Schema) => v.optional(v.nullable(schema), null)
