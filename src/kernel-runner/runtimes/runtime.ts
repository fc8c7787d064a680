import type { RunnerMessage } from '../../wire/runner-protocol.ts'

/** Runtimes with a driver of our own; every other label value is served as `app`. */
export const RUNTIME_NAMES = ['python', 'nodejs', 'app'] as const
export type RuntimeName = (typeof RUNTIME_NAMES)[number]

export function isRuntimeName(name: string): name is RuntimeName {
  return (RUNTIME_NAMES as readonly string[]).includes(name)
}

/** Where a step of a run puts what it produces, in order. Each resolves when there is room for more. */
export interface RunOutput {
  emit(message: RunnerMessage): Promise<void>
  /** Bytes of standard output or error; decoded across chunks. */
  write(stream: 'stdout' | 'stderr', bytes: Uint8Array): Promise<void>
  /** Asks the client for a line; rejects when the run is given up. */
  ask(isPassword: boolean): Promise<string>
}

/** One language. At most one of query, clean, build and exec runs at a time. */
export interface Runtime {
  readonly name: RuntimeName
  /** Starts what takes time before the first code comes; rejects when it ends before it is ready. */
  prepare(): Promise<void>
  /** Runs code in a context that lasts; answers its exit code. */
  query(code: string, output: RunOutput): Promise<number>
  /** A batch step: a shell command, or `*` for the language's own way; never empty. */
  step(step: 'clean' | 'build' | 'exec', command: string, output: RunOutput): Promise<number>
  /** Text for a process that reads its standard input without having asked. */
  input(text: string): void
  interrupt(): void
  complete(code: string, options: Record<string, unknown>): Promise<unknown[]>
}
