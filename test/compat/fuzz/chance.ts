/** Repeatable chance: the same seed gives the same sequence (mulberry32). */
export function createChance(seed: number) {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    below,
    /** True once in `times`. */
    once: (times: number): boolean => below(times) === 0,
    pick<T>(from: readonly [T, ...T[]]): T {
      return from[below(from.length)] ?? from[0]
    },
  }
}
export type Chance = ReturnType<typeof createChance>
