import type { CommandContext } from '../command-context.ts'
import { EXIT } from '../exit-code.ts'

/** Prints one object: as JSON whole, else the fields that are not empty. */
export function showItem(
  { out }: CommandContext,
  item: unknown,
  fields: readonly (readonly [label: string, value: string | number | null | undefined])[],
): number {
  if (out.isJson) {
    out.json(item)
    return EXIT.ok
  }
  out.fields(
    fields
      .map(([label, value]) => [label, value === null || value === undefined ? '' : String(value)] as const)
      .filter(([, value]) => value !== ''),
  )
  return EXIT.ok
}
