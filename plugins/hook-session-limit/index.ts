import { type HookPlugin, Reject } from '../../src/plugin/hook.ts'

/** Refuses new sessions of a keypair that has so many waiting and running ones. */
export const hookSessionLimit: HookPlugin = {
  name: 'session-limit',
  configure(settings, world) {
    const { max_sessions: text } = settings
    const limit = typeof text === 'string' && /^\d{1,6}$/.test(text.trim()) ? Number(text) : 0
    if (limit < 1) throw new RangeError('session-limit: max_sessions must be a whole number of at least 1')
    const { exempt = '' } = settings
    if (typeof exempt !== 'string') throw new RangeError('session-limit: exempt must be keys between commas')
    const exempted = new Set(exempt.split(',').map((key) => key.trim()))
    return {
      async PRE_ENQUEUE_SESSION({ accessKey }) {
        if (exempted.has(accessKey)) return
        const alive = await world.aliveSessions(accessKey)
        if (alive < limit) return
        throw new Reject(`You have ${alive} sessions that wait or run; ${limit} are the limit.`)
      },
    }
  },
}
