import type { CliIo } from '../../src/cli/cli-io.ts'
import { FreshLine } from '../../src/cli/fresh-line.ts'
import { ACCESS_KEY, SECRET_KEY } from '../client/scripted-manager.ts'

export interface TestIo extends CliIo {
  /** What was written so far. */
  readonly out: { stdout: string; stderr: string }
  /** Both in the order of writing, as on a terminal. */
  readonly seen: string
  /** Ctrl-C. */
  interrupt(): void
  /** Types into a raw terminal. */
  type(text: string): void
  /** Piped input has ended. */
  endInput(): void
}

export interface TestIoOptions {
  endpoint?: string
  env?: Record<string, string>
  cwd?: string
  home?: string
  isTTY?: boolean
  /** Standard output and error end in the same place; default `isTTY`. */
  isShared?: boolean
  columns?: number
  /** Lines of standard input; then it ends. */
  input?: string[]
  /** Standard input is a terminal. */
  isInputTTY?: boolean
  now?: number
  /** Called after every write to standard output or error. */
  onWrite?: (io: TestIo) => void
  /** Shows long texts; there is no pager without it. */
  pager?: (text: string) => void
}

/** A terminal and an environment made of memory. */
export function testIo(options: TestIoOptions = {}): TestIo {
  const out = { stdout: '', stderr: '' }
  let seen = ''
  const line = new FreshLine(options.isShared ?? options.isTTY ?? false)
  const input = [...(options.input ?? [])]
  const interrupts = new Set<() => void>()
  const typed = new Set<(bytes: Uint8Array) => void>()
  const ends = new Set<() => void>()
  const decoder = new TextDecoder()
  const stream = (name: 'stdout' | 'stderr') => ({
    write(data: string | Uint8Array) {
      const text = typeof data === 'string' ? data : decoder.decode(data)
      out[name] += text
      seen += text
      line.wrote(name, data)
      options.onWrite?.(io)
    },
    isTTY: options.isTTY ?? false,
    columns: options.columns ?? 80,
    rows: 24,
  })
  const credentials = options.endpoint
    ? { BACKEND_ENDPOINT: options.endpoint, BACKEND_ACCESS_KEY: ACCESS_KEY, BACKEND_SECRET_KEY: SECRET_KEY }
    : {}
  const io: TestIo = {
    out,
    get seen() {
      return seen
    },
    freshLine: () => {
      if (line.end) io.stderr.write(line.end)
    },
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    stdin: {
      isTTY: options.isInputTTY ?? false,
      readLine: async () => input.shift() ?? null,
      readSecret: async () => input.shift() ?? null,
      readAll: async () => input.splice(0).join('\n'),
      readRaw(onData, onEnd) {
        typed.add(onData)
        ends.add(onEnd)
        return () => {
          typed.delete(onData)
          ends.delete(onEnd)
        }
      },
    },
    env: { ...credentials, ...options.env },
    cwd: options.cwd ?? '/nonexistent',
    home: options.home ?? '/nonexistent',
    isRoot: false,
    now: () => options.now ?? Date.now(),
    sleep: (_ms, signal) => {
      signal?.throwIfAborted()
      return new Promise((resolve) => setImmediate(resolve))
    },
    onInterrupt(listener) {
      interrupts.add(listener)
      return () => interrupts.delete(listener)
    },
    onResize: () => () => {},
    async page(text) {
      options.pager?.(text)
      return options.pager !== undefined
    },
    interrupt: () => {
      for (const listener of interrupts) listener()
    },
    type: (text) => {
      for (const listener of typed) listener(new TextEncoder().encode(text))
    },
    endInput: () => {
      for (const listener of ends) listener()
    },
  }
  return io
}
