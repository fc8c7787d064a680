/** Repeatable chance: the same seed gives the same numbers (mulberry32). */
export interface Chance {
  /** From 0 up to, and without, 1. */
  next(): number
  shuffled<T>(items: readonly T[]): T[]
}

export function chanceOf(seed: number): Chance {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    shuffled(items) {
      const result = [...items]
      for (let last = result.length - 1; last > 0; last--) {
        const other = Math.floor(next() * (last + 1))
        const moved = result[last] as (typeof result)[number]
        result[last] = result[other] as (typeof result)[number]
        result[other] = moved
      }
      return result
    },
  }
}
