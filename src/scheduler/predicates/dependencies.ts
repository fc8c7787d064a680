import type { Predicate } from './predicate.ts'

/** Every session it depends on must have ended with success. */
export const dependencies: Predicate = {
  name: 'dependencies',
  appliesToSystem: true,
  check(session) {
    const open = session.dependencies.filter(
      (other) => other.status !== 'TERMINATED' || other.result !== 'success',
    )
    if (open.length === 0) return null
    const names = open.map((other) => `${other.name} (${other.id})`).join(', ')
    return {
      name: 'dependencies',
      message: `The session waits for sessions that have not ended successfully: ${names}.`,
      details: { unfinished: open.map(({ id, name, status, result }) => ({ id, name, status, result })) },
    }
  },
}
