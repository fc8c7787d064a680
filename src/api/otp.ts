import * as v from 'valibot'

/** A one-time password as people type it; as a number it has lost its leading zeros. */
export const otp = v.pipe(
  v.union([v.string(), v.number()]),
  v.transform((given) =>
    typeof given === 'number' ? String(given).padStart(6, '0') : given.replace(/\s/g, ''),
  ),
)
