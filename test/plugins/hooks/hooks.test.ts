import { describe, expect, test } from 'bun:test'
import { hookPasswordRules } from '../../../plugins/hook-password-rules/index.ts'
import { hookSessionHours } from '../../../plugins/hook-session-hours/index.ts'
import { hookSessionLimit } from '../../../plugins/hook-session-limit/index.ts'
import { hookSignupAllowlist } from '../../../plugins/hook-signup-allowlist/index.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { silentLogger } from '../../../src/lib/logger.ts'
import { type HookPendingSession, type HookPlugin, type HookWorld, Reject } from '../../../src/plugin/hook.ts'

const world: HookWorld = { clock: systemClock, log: silentLogger, aliveSessions: async () => 3 }
const request = { clientAddress: '127.0.0.1', requestId: 'r', header: () => undefined }

/** The reason of a refusal, or null. */
async function reasonOf(call: () => unknown): Promise<string | null> {
  try {
    await call()
    return null
  } catch (error) {
    if (error instanceof Reject) return error.message
    throw error
  }
}

test.each<[HookPlugin, Record<string, string>]>([
  [hookPasswordRules, { min_length: 'long' }],
  [hookPasswordRules, { require: 'upper,emoji' }],
  [hookSignupAllowlist, {}],
  [hookSignupAllowlist, { domains: ' , ' }],
  [hookSessionLimit, {}],
  [hookSessionLimit, { max_sessions: '0' }],
  [hookSessionHours, {}],
  [hookSessionHours, { hours: '19-25' }],
  [hookSessionHours, { hours: '19-7', timezone: 'Moon/Base' }],
])('$name refuses the settings %o', (plugin, settings) => {
  expect(() => plugin.configure(settings, world)).toThrow(RangeError)
})

describe('password-rules', () => {
  const asked = (password: string, settings = {}) => {
    const hook = hookPasswordRules.configure(settings, world)
    return reasonOf(() => hook.VERIFY_PASSWORD_FORMAT?.({ request, password, email: 'somebody@x.org' }))
  }

  test('length in characters', async () => {
    expect(await asked('1234567')).toContain('at least 8')
    expect(await asked('비밀번호는여덟자')).toBeNull()
    expect(await asked('12345678', { min_length: '9' })).toContain('at least 9')
  })

  test('kinds of characters, and all that are missing are named', async () => {
    const settings = { require: 'lower, upper,digit,symbol' }
    expect(await asked('lowercase', settings)).toBe('The password needs a capital letter, a digit, a symbol.')
    expect(await asked('Ünder-20 words', settings)).toBeNull()
  })

  test('not the name of the address', async () => {
    expect(await asked('xxSomebodyxx')).toContain('e-mail address')
  })
})

describe('signup-allowlist', () => {
  const asked = (email: string, settings = {}) => {
    const hook = hookSignupAllowlist.configure({ domains: 'a.org, @B.org', ...settings }, world)
    return hook.PRE_SIGNUP?.({ request, params: { domain: 'default', email } })
  }

  test('lets in whom it names, with what they get', async () => {
    expect(await asked('me@A.ORG')).toEqual({})
    expect(await asked('me@b.org', { project: 'p', resource_policy: 'r', confirm: 'true' })).toEqual({
      group: 'p',
      resource_policy: 'r',
      status: 'before-verification',
    })
  })

  test.each(['me@c.org', 'me@x.a.org', 'me@a.org@c.org'])('not %s', async (email) => {
    expect(await reasonOf(() => asked(email))).toContain('cannot sign up')
  })
})

test('session-limit counts what waits and runs, but not of those exempted', async () => {
  const asked = (settings: Record<string, string>) => {
    const hook = hookSessionLimit.configure(settings, world)
    const session = { sessionId: 's', sessionName: 'n', accessKey: 'AK' }
    return reasonOf(() => hook.PRE_ENQUEUE_SESSION?.(session))
  }
  expect(await asked({ max_sessions: '3' })).toContain('3 sessions')
  expect(await asked({ max_sessions: '4' })).toBeNull()
  expect(await asked({ max_sessions: '1', exempt: 'X, AK' })).toBeNull()
})

test('session-hours: over midnight, in its zone, for its groups', async () => {
  const asked = (hour: number, settings: Record<string, string>) => {
    const hook = hookSessionHours.configure(settings, world)
    const session = { scalingGroup: 'gpu' } as HookPendingSession
    const now = Date.UTC(2026, 10, 21, hour)
    return reasonOf(() => hook.PREDICATE?.({ session, now }))
  }
  const open = async (settings: Record<string, string>) => {
    const hours = Array.from({ length: 24 }, (_, hour) => hour)
    const reasons = await Promise.all(hours.map((hour) => asked(hour, settings)))
    return hours.filter((hour) => reasons[hour] === null)
  }
  expect(await open({ hours: '22-2' })).toEqual([0, 1, 22, 23])
  expect(await open({ hours: '9-12' })).toEqual([9, 10, 11])
  expect(await open({ hours: '9-12', timezone: 'Asia/Seoul' })).toEqual([0, 1, 2])
  expect(await open({ hours: '9-12', scaling_groups: 'cpu' })).toHaveLength(24)
  expect(await asked(8, { hours: '9-12', scaling_groups: 'cpu,gpu' })).toContain('9:00 to 12:00')
})
