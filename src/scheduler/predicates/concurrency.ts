import type { Predicate } from './predicate.ts'

/** No more sessions at once than the keypair's policy allows; a limit of zero or less is none. */
export const concurrency: Predicate = {
  name: 'concurrency',
  appliesToSystem: true,
  check(session, ledger) {
    const account = ledger.snapshot.keypairs.get(session.accessKey)
    if (!account) return null
    const limit = session.type === 'system' ? account.maxSystemSessions : account.maxSessions
    const running = ledger.sessionsOf(account, session)
    if (limit <= 0 || running < limit) return null
    return {
      name: 'concurrency',
      message: `The keypair already runs ${running} of at most ${limit} sessions at once.`,
      details: { limit, running },
    }
  },
}
