import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ClientResult } from '../official-client.ts'
import { clientPython, SCRIPT } from './tree.ts'

/** Seconds; then the command is killed, which is a failure. */
const LIMIT_S = 90

/** The official client's commands as one user, one after another, without loading the client for each. */
export interface Commands extends AsyncDisposable {
  /** Where they run, and their HOME. */
  readonly directory: string
  run(args: readonly string[], stdin?: string): Promise<ClientResult>
}

export function startCommands(directory: string, settings: Readonly<Record<string, string>>): Commands {
  mkdirSync(directory, { recursive: true })
  const child = Bun.spawn([clientPython(), SCRIPT, 'serve'], {
    cwd: directory,
    env: { PATH: process.env.PATH ?? '', HOME: directory, LANG: 'C.UTF-8', ...settings },
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const reader = child.stdout.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  const nextLine = async (): Promise<string> => {
    for (;;) {
      const end = rest.indexOf('\n')
      if (end >= 0) {
        const line = rest.slice(0, end)
        rest = rest.slice(end + 1)
        return line
      }
      const { done, value } = await reader.read()
      if (done) throw new Error('the official client is gone')
      rest += decoder.decode(value, { stream: true })
    }
  }
  const out = join(directory, 'out.txt')
  const err = join(directory, 'err.txt')
  let last: Promise<unknown> = Promise.resolve()
  const run = async (args: readonly string[], stdin: string): Promise<ClientResult> => {
    child.stdin.write(`${JSON.stringify({ args, stdin, out, err, limit: LIMIT_S })}\n`)
    await child.stdin.flush()
    const { code } = JSON.parse(await nextLine())
    return { code, stdout: readFileSync(out, 'utf8'), stderr: readFileSync(err, 'utf8') }
  }
  return {
    directory,
    run(args, stdin = '') {
      const result = last.then(() => run(args, stdin))
      last = result.catch(() => {})
      return result
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await child.exited
    },
  }
}
