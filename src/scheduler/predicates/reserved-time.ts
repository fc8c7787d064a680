import type { Predicate } from './predicate.ts'

/** A batch session waits for its start time. */
export const reservedTime: Predicate = {
  name: 'reserved_time',
  appliesToSystem: true,
  check(session, { snapshot }) {
    if (session.type !== 'batch' || session.startsAt === null || session.startsAt <= snapshot.now) return null
    const startsAt = new Date(session.startsAt).toISOString()
    return {
      name: 'reserved_time',
      message: `The session waits for its start time, ${startsAt}.`,
      details: { startsAt },
    }
  },
}
