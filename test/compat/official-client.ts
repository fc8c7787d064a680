import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Shape } from '../harness/shapes.ts'

const VENV = join(import.meta.dir, '.venv')

export interface ClientResult {
  code: number
  stdout: string
  stderr: string
}

export interface ClientOptions {
  stdin?: string
  env?: Record<string, string>
  /** Ends the command with SIGINT once its output matches. */
  endAfter?: RegExp
  /** Done once its output matches `endAfter`, before it is ended. */
  meanwhile?: () => Promise<void>
  /** Milliseconds; then the command is killed and the test fails. Default 90,000. */
  limitMs?: number
}

/** The official client of one user: its commands and its SDK, unchanged, in a directory of their own. */
export interface OfficialClient {
  readonly directory: string
  /** `backend.ai ARGS…` */
  run(args: string[], options?: ClientOptions): Promise<ClientResult>
  /** One of test/compat/sdk/, which prints one JSON document. */
  sdk(script: string, args: string[], options?: ClientOptions): Promise<unknown>
}

function installed(name: string): string {
  const path = join(VENV, 'bin', name)
  if (!existsSync(path))
    throw new Error(
      'the official client is missing: "npm run test:compat" installs it, or tools/test-needs.mjs',
    )
  return path
}

/** `how`: signed requests to the manager, or cookies through the webserver. */
export function officialClient(shape: Shape, directory: string, how: 'api' | 'session'): OfficialClient {
  mkdirSync(directory, { recursive: true })
  const settings: Record<string, string> =
    how === 'api'
      ? {
          BACKEND_ENDPOINT: shape.endpoint,
          BACKEND_ACCESS_KEY: shape.accessKey,
          BACKEND_SECRET_KEY: shape.secretKey,
        }
      : { BACKEND_ENDPOINT: shape.web, BACKEND_ENDPOINT_TYPE: 'session' }
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: directory,
    LANG: 'C.UTF-8',
    PYTHONUNBUFFERED: '1',
    ...settings,
  }

  const spawn = async (command: string[], options: ClientOptions): Promise<ClientResult> => {
    // A session of its own has no terminal, so that passwords are read from the standard input.
    const child = Bun.spawn(['setsid', ...command], {
      cwd: directory,
      env: { ...env, ...options.env },
      stdin: options.stdin === undefined ? 'ignore' : new Blob([options.stdin]),
      stdout: 'pipe',
      stderr: 'pipe',
    })
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      child.kill('SIGKILL')
    }, options.limitMs ?? 90_000)
    const collect = async (stream: ReadableStream<Uint8Array>): Promise<string> => {
      let text = ''
      let isEnded = false
      const decoder = new TextDecoder()
      for await (const chunk of stream) {
        text += decoder.decode(chunk, { stream: true })
        if (isEnded || !options.endAfter?.test(text)) continue
        isEnded = true
        await (options.meanwhile?.() ?? Promise.resolve()).finally(() => child.kill('SIGINT'))
      }
      return text
    }
    const [code, stdout, stderr] = await Promise.all([
      child.exited,
      collect(child.stdout),
      collect(child.stderr),
    ])
    clearTimeout(timer)
    if (isLate) throw new Error(`the client did not end: ${command.join(' ')}\n${stdout}${stderr}`)
    return { code, stdout, stderr }
  }

  return {
    directory,
    run: (args, options = {}) => spawn([installed('backend.ai'), ...args], options),
    async sdk(script, args, options = {}) {
      const path = join(import.meta.dir, 'sdk', script)
      const { code, stdout, stderr } = await spawn([installed('python'), path, ...args], options)
      if (code !== 0) throw new Error(`${script} ended with ${code}\n${stdout}${stderr}`)
      return JSON.parse(stdout)
    },
  }
}

/** What the client printed, without the sequences that colour it. */
export function plain(text: string): string {
  const esc = String.fromCharCode(27)
  return text.replaceAll(new RegExp(`${esc}\\[[0-9;?]*[A-Za-z]`, 'g'), '')
}
