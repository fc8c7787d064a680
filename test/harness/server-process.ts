import { isAlive } from './alive.ts'

export interface ServerProcess extends AsyncDisposable {
  readonly pid: number
  /** What it wrote so far to both streams, for the message of a failed start. */
  output(): string
  exited: Promise<number>
  kill(signal: NodeJS.Signals): void
}

export interface ServerProcessOptions {
  command: string[]
  /** Further arguments of setpriv: the user to run as. */
  as?: string[]
  env?: Record<string, string>
  cwd?: string
  /** Sent on disposal, and by the kernel when this test process dies, however it dies. */
  stopSignal: 'TERM' | 'INT' | 'KILL'
  /** After this many milliseconds of disposal it is killed. Default 10,000. */
  graceMs?: number
}

/** A parent that died before the kernel was told to watch it is noticed here. */
const UNLESS_ORPHANED = '[ "$PPID" = "$0" ] || exit 1; exec "$@"'

/** Starts a server that cannot outlive the test process. */
export function startServerProcess(options: ServerProcessOptions): ServerProcess {
  const bound = ['setpriv', ...(options.as ?? []), '--pdeathsig', options.stopSignal]
  const child = Bun.spawn([...bound, 'sh', '-c', UNLESS_ORPHANED, `${process.pid}`, ...options.command], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  let text = ''
  const collect = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
    const decoder = new TextDecoder()
    for await (const chunk of stream) text = (text + decoder.decode(chunk, { stream: true })).slice(-100_000)
  }
  const collected = Promise.all([collect(child.stdout), collect(child.stderr)])
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(`SIG${options.stopSignal}`)
      const killer = setTimeout(() => child.kill('SIGKILL'), options.graceMs ?? 10_000)
      await child.exited
      clearTimeout(killer)
    }
    await Promise.race([collected, Bun.sleep(200)])
  }
  return {
    pid: child.pid,
    output: () => text,
    exited: child.exited,
    kill: (signal) => child.kill(signal),
    [Symbol.asyncDispose]: stop,
  }
}

/** Waits until `ready` answers true; fails with the server's own words when it ends first or takes too long. */
export async function untilReady(
  server: ServerProcess,
  what: string,
  ready: () => boolean | Promise<boolean>,
  limitMs = 20_000,
): Promise<void> {
  const deadline = performance.now() + limitMs
  while (performance.now() < deadline) {
    if (!isAlive(server.pid)) break
    if (await ready()) return
    await Bun.sleep(20)
  }
  const ended = await Promise.race([server.exited, Bun.sleep(50).then(() => null)])
  const why = ended === null ? `was not ready after ${limitMs} ms` : `ended with ${ended} before it was ready`
  await server[Symbol.asyncDispose]()
  throw new Error(`${what} ${why}\n${server.output().trim().split('\n').slice(-30).join('\n')}`)
}
