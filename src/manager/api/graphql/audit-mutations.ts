import { Problem } from '../../../core/problem.ts'
import type { GraphContext } from './context.ts'

/** A mutation's resolver. */
export type Mutation = (root: unknown, args: Record<string, unknown>, context: GraphContext) => unknown

/** Every mutation leaves a trace in the audit log, whatever came of it. */
export function auditMutations(mutations: Readonly<Record<string, Mutation>>): Record<string, Mutation> {
  return Object.fromEntries(
    Object.entries(mutations).map(([name, resolve]) => [name, audited(name, resolve)]),
  )
}

function audited(name: string, resolve: Mutation): Mutation {
  const operation = `mutation ${name}`
  const entityType = name.split('_').slice(1).join('_') || name
  return async (root, args, context) => {
    const { clock } = context.ports
    const startedAt = clock.now()
    const note = (status: number, description: string | null) =>
      context.audit.deed({
        operation,
        entityType,
        entityId: namedIn(args),
        status,
        description,
        durationMs: Math.max(0, Math.round(clock.now() - startedAt)),
      })
    try {
      const answer = await resolve(root, args, context)
      const { ok = true, msg, status } = (answer ?? {}) as { ok?: boolean; msg?: string; status?: number }
      note(ok ? 200 : (status ?? 400), ok ? null : (msg ?? null))
      return answer
    } catch (error) {
      if (error instanceof Problem) note(error.status, error.msg ?? error.title)
      else note(500, null)
      throw error
    }
  }
}

const NAMES = ['email', 'access_key', 'gid', 'id', 'name', 'hostname', 'target', 'references'] as const

/** What the first telling argument names; the input object beside it may say it too. */
function namedIn(args: Record<string, unknown>): string | null {
  const flat = { ...(args.props as object | undefined), ...args } as Record<string, unknown>
  const found = NAMES.map((name) => flat[name]).find((value) => value !== undefined && value !== null)
  if (found !== undefined) return Array.isArray(found) ? found.join(',') : String(found)
  const texts = Object.values(args).filter((value) => typeof value === 'string')
  return texts.length > 0 ? texts.join('/') : null
}
