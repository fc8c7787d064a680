import type { AnswerRecord } from '../../../src/manager/api/coverage.ts'
import { routeKey, type ServedRoute } from './contract.ts'

/** What the server itself must have written for a route, beside a success. */
export function neededKinds(route: ServedRoute): string[] {
  return [
    ...(route.role === 'anonymous' ? [] : ['auth-failed']),
    ...(route.role === 'admin' || route.role === 'superadmin' ? ['insufficient-privilege'] : []),
    ...(route.params.size > 0 ? ['invalid-api-params'] : []),
    ...(route.hasVariables ? ['object-not-found'] : []),
    ...(route.refusesWhenFrozen ? ['server-frozen'] : []),
  ]
}

/** What is still missing of a route in what the servers wrote; empty when the route is done. */
export function lacking(route: ServedRoute, answers: readonly AnswerRecord[]): string[] {
  const key = routeKey(route.method, route.path)
  const own = answers.filter(({ method, path }) => routeKey(method, path) === key)
  const succeeded = own.some(({ entered, status, kind }) => entered && kind === null && status < 400)
  const kinds = new Set(own.map(({ kind }) => kind))
  return [...(succeeded ? [] : ['a success']), ...neededKinds(route).filter((kind) => !kinds.has(kind))]
}
