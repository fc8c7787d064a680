/** How one benchmark is to run. */
export interface BenchContext {
  /** The form that is part of the tests: least rounds, no repeats. */
  isShort: boolean
  /** Times that a noisy run is repeated. */
  repeats: number
  print(line: string): void
}

/** Prints its lines, or throws: `MissingPartError` where it cannot run here, anything else for a wrong result. */
export type Benchmark = (context: BenchContext) => Promise<void>

/** Something that the benchmark compares with is not to be had on this machine. */
export class MissingPartError extends Error {
  constructor(part: string, cause: unknown) {
    super(`${part}: ${cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause)}`, {
      cause,
    })
    this.name = 'MissingPartError'
  }
}

/** Gives what `get` gives, or says that this part is missing. */
export async function need<T>(part: string, get: () => Promise<T>): Promise<T> {
  try {
    return await get()
  } catch (cause) {
    throw new MissingPartError(part, cause)
  }
}
