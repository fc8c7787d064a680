/** Runs the disposers in reverse order, once. */
export function disposable(...steps: (() => void | Promise<void>)[]): AsyncDisposable {
  let done: Promise<void> | null = null
  return {
    [Symbol.asyncDispose]: () => {
      done ??= (async () => {
        for (const step of steps.toReversed()) await step()
      })()
      return done
    },
  }
}
