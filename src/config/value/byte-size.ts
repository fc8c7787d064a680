import * as v from 'valibot'
import { parseBytes } from '../../core/bytes.ts'

const EXPECTED = 'expected a size in bytes, such as "512m", "1G" or 1073741824'

/** Bytes as a number; text takes binary units (`4g` is 4 GiB). */
export const byteSize = v.union(
  [
    v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
    v.pipe(
      v.string(),
      v.rawTransform<string, number>(({ dataset, addIssue, NEVER }) => {
        try {
          return Number(parseBytes(dataset.value))
        } catch {
          addIssue({ message: EXPECTED })
          return NEVER
        }
      }),
    ),
  ],
  EXPECTED,
)
