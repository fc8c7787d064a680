import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openKernelLink } from '../../src/agent/execution/kernel-link.ts'
import type { KernelLink } from '../../src/agent/execution/kernel-link-types.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLogger } from '../../src/lib/logger.ts'
import type { BatchOptions, ConsoleItem, ExecutionResult } from '../../src/wire/agent-rpc.ts'
import { RUNNER_ENVIRON } from '../../src/wire/runner-environ.ts'

export interface StartKernelOptions {
  runtime?: 'python' | 'nodejs' | 'app'
  /** Content of environ.txt. */
  environ?: string
  /** Variables of the runner itself. */
  runnerEnviron?: Record<string, string>
  /** What the runner says; the agent's end expects `right`. */
  token?: string
  waitForReady?: boolean
  files?: Record<string, string>
  /** Folders of the work folder. */
  folders?: string[]
}

export interface RunAll extends ExecutionResult {
  results: ExecutionResult[]
  stdout: string
  stderr: string
}

export interface TestKernel extends AsyncDisposable {
  readonly dir: string
  readonly workDir: string
  readonly pid: number
  readonly exited: Promise<number>
  link: KernelLink
  /** The agent's end goes away and a new one, that knows nothing, takes its place. */
  replaceLink(): Promise<void>
  openLink(): Promise<KernelLink>
  query(code: string, flushTimeoutMs?: number): Promise<RunAll>
  batch(options: BatchOptions): Promise<RunAll>
  /** Follows a run to its end; `answer` gives the input that is asked for. */
  follow(first: ExecutionResult, answer?: () => string): Promise<RunAll>
  stop(): Promise<number>
}

export const RUN_DEFAULTS = { options: null, flushTimeoutMs: 2000, maxChars: 524_288 } as const

/** A real runner process with its agent's end, in a temporary folder. */
export async function startKernel(options: StartKernelOptions = {}): Promise<TestKernel> {
  const dir = await mkdtemp(join(tmpdir(), 'kernel-'))
  const [linkDir, configDir, workDir] = ['link', 'config', 'work'].map((name) => join(dir, name)) as [
    string,
    string,
    string,
  ]
  for (const folder of [linkDir, configDir, workDir]) await mkdir(folder)
  await writeFile(join(configDir, 'environ.txt'), options.environ ?? '')
  for (const [name, text] of Object.entries(options.files ?? {})) await writeFile(join(workDir, name), text)
  for (const name of options.folders ?? []) await mkdir(join(workDir, name))
  const openLink = () =>
    openKernelLink({
      dir: linkDir,
      kernelId: KERNEL_ID,
      token: 'right',
      log: silentLogger,
      clock: systemClock,
    })
  const first = await openLink()
  const child = Bun.spawn({
    cmd: [process.execPath, join(import.meta.dir, 'run-kernel-runner.ts')],
    cwd: '/',
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      ...options.runnerEnviron,
      [RUNNER_ENVIRON.kernelId]: KERNEL_ID,
      [RUNNER_ENVIRON.socket]: join(linkDir, 'runner.sock'),
      [RUNNER_ENVIRON.token]: options.token ?? 'right',
      [RUNNER_ENVIRON.workDir]: workDir,
      [RUNNER_ENVIRON.configDir]: configDir,
      [RUNNER_ENVIRON.runtime]: options.runtime ?? 'python',
      [RUNNER_ENVIRON.runtimePath]:
        options.runtime === undefined || options.runtime === 'python' ? PYTHON : '',
    },
    stdout: 'ignore',
    stderr: 'inherit',
  })
  if (options.waitForReady !== false) await first.ready(AbortSignal.timeout(10_000))
  let runs = 0

  const kernel: TestKernel = {
    dir,
    workDir,
    pid: child.pid,
    exited: child.exited,
    link: first,
    openLink,
    replaceLink: async () => {
      await kernel.link[Symbol.asyncDispose]()
      kernel.link = await openLink()
    },
    query: async (code, flushTimeoutMs = 2000) => {
      runs += 1
      return kernel.follow(
        await kernel.link.execute({
          ...RUN_DEFAULTS,
          runId: `q${runs}`,
          mode: 'query',
          code,
          flushTimeoutMs,
        }),
      )
    },
    batch: async (batch) => {
      runs += 1
      return kernel.follow(
        await kernel.link.execute({
          ...RUN_DEFAULTS,
          runId: `b${runs}`,
          mode: 'batch',
          code: '',
          options: batch,
        }),
      )
    },
    follow: async (first, answer) => {
      const results = [first]
      let last = first
      while (last.status !== 'finished') {
        const wantsInput = last.status === 'waiting-input'
        if (wantsInput && !answer) throw new Error('the run asks for input')
        last = await kernel.link.execute({
          ...RUN_DEFAULTS,
          runId: last.runId,
          mode: wantsInput ? 'input' : 'continue',
          code: wantsInput ? (answer?.() ?? '') : '',
        })
        results.push(last)
      }
      const console = results.flatMap((result) => result.console)
      return {
        ...last,
        results,
        console,
        stdout: textOf(console, 'stdout'),
        stderr: textOf(console, 'stderr'),
      }
    },
    stop: async () => {
      child.kill('SIGTERM')
      return child.exited
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM')
      await child.exited
      await kernel.link[Symbol.asyncDispose]()
      await rm(dir, { recursive: true, force: true })
    },
  }
  return kernel
}

const KERNEL_ID = '0a1b-2c3d'
const PYTHON = Bun.which('python3', { PATH: '/usr/bin:/usr/local/bin:/bin' }) ?? Bun.which('python3') ?? ''

/** All text of one stream. */
export const textOf = (console: ConsoleItem[], type: 'stdout' | 'stderr'): string =>
  console
    .filter(([kind]) => kind === type)
    .map(([, text]) => String(text))
    .join('')
