/**
 * What agent and kernel runner say to each other over the runner link (agent-kernel.md §7; decisions.md, "runner
 * protocol"). Frames are length-prefixed msgpack of one `RunnerFrame`.
 */
export const RUNNER_PROTOCOL = 1

/** Agent → runner: the messages of §7. */
export type RunnerCommand =
  | { type: 'clean' | 'build' | 'exec' | 'code' | 'input'; payload: string; runId: string }
  | { type: 'interrupt' }
  | { type: 'event'; payload: { type: string; data: unknown } }

/** Runner → agent while code runs: the messages of §7. */
export type RunnerMessage =
  | { type: 'stdout' | 'stderr' | 'html' | 'log'; data: string }
  | { type: 'media'; data: { type: string; data: string } }
  | { type: 'waiting-input'; data: { is_password: boolean } }
  /** `files`, of `finished` only: what the run has left in `.output`. */
  | {
      type: 'clean-finished' | 'build-finished' | 'finished'
      data: { exitCode: number; files?: OutputFile[] }
    }

/** A file in `/home/work/.output`. */
export interface OutputFile {
  /** Relative to the folder. */
  name: string
  /** Bytes. */
  size: number
}

/** Calls with one answer. */
export interface RunnerMethods {
  /** `known`: run ids that run, wait or still have output that no agent has taken. */
  status(args: Record<string, never>): Promise<{ startedAt: number; running: string | null; known: string[] }>
  complete(args: { code: string; options: Record<string, unknown> }): Promise<{ completions: unknown[] }>
  listFiles(args: { path: string }): Promise<{
    entries: { filename: string; size: number; mtime: number; mode: string }[]
    absolutePath: string
  }>
  writeFile(args: { path: string; content: Uint8Array }): Promise<Record<string, never>>
  archive(args: { path: string; maxBytes: number }): Promise<{ archive: Uint8Array }>
  /** A piece of a file in `.output`; `version` is another one when the file was written since the piece before. */
  readOutput(args: { name: string; offset: number; maxBytes: number }): Promise<{
    content: Uint8Array
    size: number
    version: string
  }>
  startService(args: {
    name: string
    ports: number[]
    protocol: string
    arguments: Record<string, unknown>
    envs: Record<string, string>
  }): Promise<{ status: 'started' | 'running' | 'failed'; error?: string }>
  shutdownService(args: { name: string }): Promise<Record<string, never>>
  apps(args: Record<string, never>): Promise<{ data: { name: string; url_template?: string }[] }>
}

/** First frame of the runner on each connection. */
export interface RunnerHello {
  protocol: number
  kernelId: string
  /** Proves that it is the runner the agent started: the token it got on its standard input or environment file. */
  token: string
  startedAt: number
  runtime: string
}

export type RunnerFrame =
  | { kind: 'hello'; hello: RunnerHello }
  /** `epoch` names the life of the agent's end: command numbers start again with each. */
  | { kind: 'welcome'; protocol: number; epoch: string }
  /** Sent again on the next connection until `accepted`; the runner takes each number once. */
  | { kind: 'command'; seq: number; command: RunnerCommand }
  | { kind: 'accepted'; seq: number }
  /** `seq` counts from 1 within the run. Kept by the runner, and sent again on each connection, until `ack`. */
  | { kind: 'message'; runId: string; seq: number; message: RunnerMessage }
  /** Everything of the run up to `seq` has been handed out, and the first `chars` characters of the message after it. */
  | { kind: 'ack'; runId: string; seq: number; chars: number }
  | { kind: 'call'; id: number; method: keyof RunnerMethods; args: unknown }
  | { kind: 'result'; id: number; ok: true; value: unknown }
  /** `name` is a `ProblemKind` where the runner threw a Problem. */
  | { kind: 'result'; id: number; ok: false; error: { name: string; message: string } }
  /** A terminal or a TCP connection inside the kernel; `data` null ends that direction. */
  | { kind: 'open'; stream: number; what: 'pty'; rows: number; cols: number }
  | { kind: 'open'; stream: number; what: 'tcp'; port: number }
  | { kind: 'data'; stream: number; data: Uint8Array | null }
  | { kind: 'credit'; stream: number; bytes: number }
  | { kind: 'resize'; stream: number; rows: number; cols: number }
  | { kind: 'closed'; stream: number; error?: string }
