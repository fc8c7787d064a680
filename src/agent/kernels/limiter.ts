/** Runs at most `limit` steps at a time, the others in the order they came. */
export function createLimiter(limit: number): <T>(step: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let running = 0
  return async (step) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve))
    else running += 1
    try {
      return await step()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}
