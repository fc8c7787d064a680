/** Counts what happened within the last so many milliseconds, exactly. */
export interface RollingWindow {
  /** Adds one event at `now` and returns how many lie within `windowMs` before it, this one included. */
  add(now: number, windowMs: number): number
}

/** Gone events stay in front of the list until they are so many, so that none of them moves the rest. */
const COMPACT_AT = 1024

export function createRollingWindow(): RollingWindow {
  let times: number[] = []
  let first = 0
  return {
    add(now, windowMs) {
      times.push(now)
      while ((times[first] ?? now) <= now - windowMs) first += 1
      if (first >= COMPACT_AT && first * 2 >= times.length) {
        times = times.slice(first)
        first = 0
      }
      return times.length - first
    },
  }
}
