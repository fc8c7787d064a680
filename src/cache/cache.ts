/**
 * Live values that may be lost: statistics, counters, rate-limit windows, web sessions. It never decides correctness.
 * Drivers: drivers/memory.ts and drivers/redis.ts; one suite in test/contract/cache.test.ts runs against both.
 */
export interface Cache extends AsyncDisposable {
  get(key: string): Promise<string | null>
  getMany(keys: readonly string[]): Promise<(string | null)[]>
  /** `ttlMs` absent: kept until deleted. */
  set(key: string, value: string, ttlMs?: number): Promise<void>
  setMany(entries: readonly (readonly [key: string, value: string])[], ttlMs?: number): Promise<void>
  delete(...keys: string[]): Promise<void>
  /** Adds to an integer (0 when absent) and returns the sum; a new key lives for `ttlMs`. */
  increment(key: string, by: number, ttlMs?: number): Promise<number>
  /** Counts one event in a rolling window; exact under concurrency. `count` includes this one. */
  hit(key: string, windowMs: number): Promise<{ count: number }>
  /** Sets only when absent; true when this call set it. */
  setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean>
}
