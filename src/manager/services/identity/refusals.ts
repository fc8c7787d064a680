import { Problem } from '../../../core/problem.ts'
import type { Requester } from '../../context.ts'

/** A value that cannot be taken. */
export const invalid = (msg: string): Problem => new Problem('invalid-api-params', { msg, data: {} })
/** Something is in the way: a name that is taken, rows that still refer to it. */
export const conflict = (msg: string): Problem => new Problem('conflict', { msg })

const denied = (action: string): Problem =>
  new Problem('generic-forbidden', { msg: `no permission to ${action}` })

/** @throws Problem `generic-forbidden` for everybody but superadmins. */
export function superadminOnly(requester: Requester, action: string): void {
  if (!requester.isSuperadmin) throw denied(action)
}

/** @throws Problem `generic-forbidden` for everybody but superadmins and the administrators of `domain`. */
export function domainAdminsOnly(requester: Requester, domain: string, action: string): void {
  if (requester.isSuperadmin) return
  if (requester.role !== 'admin' || requester.domainName !== domain) throw denied(action)
}
