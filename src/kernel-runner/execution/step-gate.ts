/**
 * Where several pipes of one process meet: a driver numbers the moments at which it changes from one pipe to
 * another, leaves the number on the old one and names it on the new one.
 */
export class StepGate {
  readonly #left = new Set<number>()
  readonly #waiters = new Map<number, () => void>()
  #open = false

  /** Everything before the step has been handled. */
  leave(step: number): void {
    const resume = this.#waiters.get(step)
    if (resume) {
      this.#waiters.delete(step)
      resume()
      return
    }
    this.#left.add(step)
  }

  /** Null when the step was left already. */
  enter(step: number): Promise<void> | null {
    if (this.#open || this.#left.delete(step)) return null
    return new Promise((resolve) => this.#waiters.set(step, resolve))
  }

  /** The process has ended: nothing waits any more. */
  open(): void {
    this.#open = true
    for (const resume of this.#waiters.values()) resume()
    this.#waiters.clear()
  }
}
