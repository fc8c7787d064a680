import { Problem } from '../../../core/problem.ts'
import type { GraphContext } from './context.ts'

const forbidden = (msg: string) => new Problem('generic-forbidden', { msg })

/** @throws Problem `generic-forbidden` for everybody but superadmins. */
export function requireSuperadmin({ requester }: GraphContext): void {
  if (!requester.isSuperadmin) throw forbidden('Only superadmins may ask this.')
}

/** @throws Problem `generic-forbidden` for plain users. */
export function requireAdmin({ requester }: GraphContext): void {
  if (!requester.isSuperadmin && requester.role !== 'admin')
    throw forbidden('Only administrators may ask this.')
}

/**
 * The domain that a request is held to (domain-model.md §3): null is no bound.
 * @throws Problem when somebody names another domain than their own.
 */
export function domainBound({ requester }: GraphContext, named: string | null | undefined): string | null {
  if (requester.isSuperadmin) return named ?? null
  if (requester.role === 'monitor') throw forbidden('The role "monitor" reads statistics only.')
  if (named && named !== requester.domainName) throw forbidden('Another domain is not yours to see.')
  return requester.domainName
}

/** The user that a request is held to: null is no bound, administrators see their domain's users. */
export const userBound = ({ requester }: GraphContext): string | null =>
  requester.isSuperadmin || requester.role === 'admin' ? null : requester.userUuid
