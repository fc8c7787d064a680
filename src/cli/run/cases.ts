import { usageError } from '../exit-code.ts'
import type { RangeVariable } from './range.ts'

/** Values of the variables of one case. */
export type Bindings = Readonly<Record<string, string>>

/** Every combination; the last variable turns fastest. One empty case when there is no variable. */
export function combinations(variables: readonly RangeVariable[]): Bindings[] {
  return variables.reduce<Bindings[]>(
    (cases, { name, values }) =>
      cases.flatMap((bindings) => values.map((value) => ({ ...bindings, [name]: value }))),
    [{}],
  )
}

/**
 * Replaces `$NAME` and `${NAME}` of known variables; `$$` is a dollar sign, other dollar signs stay for the shell.
 */
export const substitute = (text: string, bindings: Bindings): string =>
  text.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (found, braced?: string, plain?: string) => {
    if (found === '$$' && Object.keys(bindings).length > 0) return '$'
    return bindings[braced ?? plain ?? ''] ?? found
  })

/** @throws CliError (usage) when two range options name the same variable. */
export function checkDistinct(variables: readonly RangeVariable[]): void {
  const seen = new Set<string>()
  for (const { name } of variables) {
    if (seen.has(name)) throw usageError(`The range variable ${name} is given twice.`)
    seen.add(name)
  }
}
