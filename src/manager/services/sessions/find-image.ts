import { canonicalNames, type ImageRef, parseImageRef } from '../../../core/image-ref.ts'
import { notFound } from '../../../core/problem.ts'
import type { Store } from '../../../db/store.ts'
import type { ImageRow } from '../rows.ts'
import { enqueueQueries, imageNames } from './enqueue-queries.ts'

/**
 * The image that a user means: a reference (any registry, the given architecture), else an alias. The architecture is
 * not insisted on where there is only one candidate.
 * @throws Problem `object-not-found`.
 */
export async function findImage(
  store: Pick<Store, 'db' | 'tables'>,
  text: string,
  architecture: string,
): Promise<ImageRow> {
  const queries = enqueueQueries(store)
  const ref = parse(text)
  const { repository, tag } = ref ?? {}
  const byName = ref
    ? await queries.imagesByName({ ...imageNames(canonicalNames(text, ref)), repository, tag })
    : []
  const found = choose(byName, text, architecture)
  if (found) return found
  const byAlias = await queries.imageByAlias({ alias: text })
  const aliased = byAlias[0]?.image
  if (!aliased) throw notFound('environment image', `There is no image "${text}" for ${architecture}.`)
  return aliased
}

function parse(text: string): ImageRef | null {
  try {
    return parseImageRef(text)
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

function choose(rows: readonly ImageRow[], text: string, architecture: string): ImageRow | null {
  const exact = rows.filter((row) => row.architecture === architecture)
  const candidates = exact.length > 0 ? exact : rows
  return (
    candidates.find((row) => row.name === text) ??
    (candidates.length === 1 ? (candidates[0] ?? null) : (exact[0] ?? null))
  )
}
