/** Values that arrive by calls and leave by iteration; `end` lets the iteration finish what is there. */
export interface EventQueue<T> extends AsyncIterable<T> {
  push(value: T): void
  end(): void
}

export function createEventQueue<T>(): EventQueue<T> {
  const values: T[] = []
  let ended = false
  let wake: () => void = () => {}
  return {
    push(value) {
      values.push(value)
      wake()
    },
    end() {
      ended = true
      wake()
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (values.length > 0) yield* values.splice(0)
        if (ended) return
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}
