/** Everything that a command may touch outside; tests bring their own. */
export interface CliIo {
  readonly stdout: OutStream
  readonly stderr: OutStream
  readonly stdin: InStream
  /** Ends a line that the code's output has begun where the next words on standard error would stand in it. */
  freshLine(): void
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly home: string
  readonly isRoot: boolean
  /** Milliseconds since the epoch. */
  now(): number
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Ctrl-C; while there is no listener the process ends. Gives back how to stop listening. */
  onInterrupt(listener: () => void): () => void
  onResize(listener: () => void): () => void
  /** Shows a long text in the person's pager until they leave it; false where there is none. */
  page(text: string): Promise<boolean>
}

export interface OutStream {
  write(data: string | Uint8Array): void
  readonly isTTY: boolean
  /** Of the terminal; 80 where there is none. */
  readonly columns: number
  readonly rows: number
}

export interface InStream {
  readonly isTTY: boolean
  /** The next line without its end; null at the end of input. */
  readLine(): Promise<string | null>
  /** A line that is not shown while typed. */
  readSecret(): Promise<string | null>
  readAll(): Promise<string>
  /** Raw bytes as typed, until the returned function is called. */
  readRaw(onData: (bytes: Uint8Array) => void, onEnd: () => void): () => void
}
