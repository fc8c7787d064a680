import type { Cache } from '../../cache/cache.ts'
import { Problem } from '../../core/problem.ts'

/** Refuses further logins for a name after too many failures; while the cache is away it refuses too. */
export class LoginGuard {
  private readonly cache: Cache
  private readonly allowedFailures: number
  private readonly blockMs: number

  constructor(cache: Cache, allowedFailures: number, blockMs: number) {
    this.cache = cache
    this.allowedFailures = allowedFailures
    this.blockMs = blockMs
  }

  /** @throws Problem rate-limit-exceeded */
  async check(username: string): Promise<void> {
    const failures = Number((await this.cache.get(keyOf(username))) ?? 0)
    if (failures < this.allowedFailures) return
    const minutes = Math.ceil(this.blockMs / 60_000)
    throw new Problem('rate-limit-exceeded', {
      title: 'Too many failed login attempts.',
      msg: `Try again in ${minutes} minutes, or ask an administrator.`,
    })
  }

  async failed(username: string): Promise<void> {
    await this.cache.increment(keyOf(username), 1, this.blockMs)
  }

  async succeeded(username: string): Promise<void> {
    await this.cache.delete(keyOf(username))
  }
}

const keyOf = (username: string): string => `web-login-failures:${username.toLowerCase()}`
