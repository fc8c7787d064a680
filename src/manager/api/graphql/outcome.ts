import { Problem } from '../../../core/problem.ts'
import { isForeignKeyViolation, isUniqueViolation } from '../../../db/errors.ts'
import { type IdentityContext, identityContext } from '../../services/identity/context.ts'
import type { GraphContext } from './context.ts'

interface Outcome {
  ok: boolean
  msg: string
  /** Of the refusal, for the audit log; no field of the schema. */
  status?: number
}

/**
 * The answer of a mutation: what `change` gives beside `ok`, and for a refusal `ok: false` with its sentence, which is
 * how the official client tells them. Faults of ours are thrown.
 */
export async function outcome<Made extends object>(
  context: GraphContext,
  change: (identity: IdentityContext) => Promise<Made> | Promise<void>,
): Promise<Outcome & Partial<Made>> {
  try {
    const made = await change(identityContext(context.ports))
    return { ok: true, msg: 'success', ...made } as Outcome & Partial<Made>
  } catch (error) {
    const msg = refusalOf(error)
    if (msg === null) throw error
    const status = error instanceof Problem ? error.status : 409
    return { ok: false, msg, status } as Outcome & Partial<Made>
  }
}

function refusalOf(error: unknown): string | null {
  if (error instanceof Problem) return error.status < 500 ? (error.msg ?? error.title) : null
  // Of two changes at once the loser learns it from the database.
  if (isUniqueViolation(error)) return 'Something of that name exists already.'
  if (isForeignKeyViolation(error)) return 'Something that is named here does not exist, or is still in use.'
  return null
}
