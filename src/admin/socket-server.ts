import { chmodSync, rmSync } from 'node:fs'
import * as v from 'valibot'
import { Problem, problemDocument } from '../core/problem.ts'
import { systemClock } from '../lib/clock.ts'
import { disposable } from '../lib/dispose.ts'
import type { AdminContext } from './admin-context.ts'
import type { Operation } from './operations/define.ts'
import { isOperationName, type OperationName, operations } from './operations/index.ts'
import { isServing } from './socket-client.ts'
import { shortSocketPath } from './socket-path.ts'

export interface ServeAdminOptions extends Omit<AdminContext, 'clock'> {
  /** `adminSocketPath(dataDir)`; the directory has mode 0700. */
  readonly path: string
  readonly clock?: AdminContext['clock']
}

const LARGEST_BODY = 64 * 1024 * 1024

/** Answers `backendai mgr …` while the role runs, over a 0600 Unix socket: POST /v1/<operation> with JSON. */
export async function serveAdmin(options: ServeAdminOptions): Promise<AsyncDisposable> {
  const { path, log } = options
  const context: AdminContext = { ...options, clock: options.clock ?? systemClock }
  if (await isServing(path)) throw new Error(`another process serves administration at ${path}`)
  rmSync(path, { force: true })
  using short = shortSocketPath(path)
  const server = Bun.serve({
    unix: short.path,
    maxRequestBodySize: LARGEST_BODY,
    fetch: async (request) => {
      try {
        return Response.json(await answer(context, request))
      } catch (error) {
        const problem =
          error instanceof Problem ? error : new Problem('internal-server-error', { cause: error })
        if (problem !== error) log.error({ error: String(error) }, 'an administration request failed')
        return Response.json(problemDocument(problem), { status: problem.status })
      }
    },
  })
  chmodSync(path, 0o600)
  return disposable(
    () => rmSync(path, { force: true }),
    () => server.stop(),
  )
}

async function answer(context: AdminContext, request: Request): Promise<unknown> {
  const { pathname } = new URL(request.url)
  if (pathname === '/') return { operations: Object.keys(operations) }
  const name = pathname.replace(/^\/v1\//, '')
  if (!isOperationName(name)) throw new Problem('url-not-found', { msg: `unknown operation "${name}"` })
  if (request.method !== 'POST') throw new Problem('method-not-allowed')
  return runOperation(context, name, await request.json().catch(() => undefined))
}

/** Checks the parameters and runs an operation. */
export function runOperation(context: AdminContext, name: OperationName, params: unknown): Promise<unknown> {
  const operation = operations[name] as Operation<unknown, unknown>
  const parsed = v.safeParse(operation.params, params)
  if (parsed.success) return operation.run(context, parsed.output)
  const [issue] = parsed.issues
  const key = v.getDotPath(issue)
  throw new Problem('invalid-api-params', { msg: key ? `${key}: ${issue.message}` : issue.message })
}
