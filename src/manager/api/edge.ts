import { Problem } from '../../core/problem.ts'
import { clientAddress } from '../../lib/http/client-address.ts'
import type { HttpEnv } from '../../lib/http/http-env.ts'
import { RequestAbortedError } from '../../lib/http/request-body.ts'
import type { Logger } from '../../lib/logger.ts'
import type { ErrorContext } from '../../plugin/monitor.ts'
import type { Requester } from '../context.ts'
import type { AuditLog } from '../services/audit/audit-log.ts'
import { type Answer, empty } from './answer.ts'
import { auditRequest } from './audit.ts'
import type { Verify } from './auth/verify.ts'
import type { Cors } from './cors.ts'
import type { RecordAnswer } from './coverage.ts'
import { problemAnswer, toProblem } from './problem-answer.ts'
import type { RateLimit } from './rate-limit.ts'
import { readParams } from './read-params.ts'
import { DEFAULT_MAX_BODY_BYTES, type Route, type RouteContext, type SocketHandler } from './route.ts'
import { createRouteTable } from './route-table.ts'
import { checkVersion, withoutVersionPrefix } from './version.ts'

export interface EdgeOptions {
  readonly routes: readonly Route[]
  readonly verify: Verify
  /** Closes the handler's socket when its account changes. */
  readonly guardSocket: (requester: Requester, handler: SocketHandler) => SocketHandler
  readonly rateLimit: RateLimit
  /** Sets the headers of a route that does not count. */
  readonly showRateLimit: RateLimit
  readonly isFrozen: () => Promise<boolean>
  readonly cors: Cors
  /** Called once per request with a good signature. */
  readonly signedBy: (accessKey: string) => void
  /** Peers whose X-Forwarded-For is believed. */
  readonly trustedProxies: { has(address: string): boolean }
  readonly newRequestId: () => string
  /** Called once per answer, for metrics. */
  readonly observe: (route: Route | null, method: string, status: number, startedAt: number) => void
  readonly audit: AuditLog
  /** Called once per failure that nobody expected. */
  readonly failed: (error: unknown, context: ErrorContext) => void
  /** Called once per answer, where somebody counts which routes are used and how. */
  readonly record?: RecordAnswer | undefined
  readonly now: () => number
  readonly log: Logger
}

/** How far a request came. */
interface Progress {
  route: Route | null
  requester: Requester | null
  /** Its handler was called. */
  entered: boolean
  audited: ReturnType<typeof auditRequest> | null
}

const REQUEST_ID = /^[\w.:-]{1,64}$/

/**
 * The manager's `fetch`: version, route, signature, rate limit, role, maintenance gate, parameters, handler; and every
 * failure of these as a problem document.
 */
export function createEdge(options: EdgeOptions) {
  const find = createRouteTable(options.routes)

  async function respond(env: HttpEnv, requestId: string, progress: Progress): Promise<Answer> {
    const header = (name: string) => headerOf(env, name)
    const [target, search] = splitTarget(env.rawTarget)
    const overriddenMethod = header('x-method-override')?.toUpperCase() ?? null
    // WebDAV's REPORT is a GET with a body, and so is our GET.
    const asked = overriddenMethod ?? env.method
    const method = asked === 'REPORT' ? 'GET' : asked
    const stripped = withoutVersionPrefix(target)
    const path = stripped === null ? target : tidy(stripped)
    const found = stripped === null ? { route: null, allowed: [] } : find(method, path)
    const origin = header('origin')
    if (origin !== undefined) Object.assign(env.responseHeaders, await options.cors.headers(origin))
    if (env.method === 'OPTIONS') return preflight(env, path, methodsOf(path), header)
    if (!found.route) return miss(env, method, path, found.allowed)
    const { route } = found
    progress.route = route

    checkVersion(header('x-backendai-version') ?? header('x-sorna-version'))
    const address = clientAddress(env.remoteAddress, header('x-forwarded-for'), options.trustedProxies)
    const requester = await authenticate(route, {
      env,
      header,
      clientAddress: address,
      overriddenMethod,
      requestId,
    })
    progress.requester = requester
    const about = { route, method, path: found.path, requester, clientAddress: address, requestId }
    progress.audited = auditRequest(options.audit, { ...about, params: undefined })
    requireRole(route, requester)
    if (route.whenFrozen === 'refuse' && (await options.isFrozen())) throw new Problem('server-frozen')

    const query = new URLSearchParams(search)
    const maxBodyBytes = route.kind === 'http' ? route.maxBodyBytes : DEFAULT_MAX_BODY_BYTES
    const params = route.params ? await readParams(route.params, env, query, maxBodyBytes) : undefined
    const audited = auditRequest(options.audit, { ...about, params })
    progress.audited = audited
    const context: RouteContext<unknown, Requester | null> = {
      params,
      path: found.path,
      query,
      requester,
      header,
      bytes: () => env.readBody(maxBodyBytes),
      formData: () => readForm(env, maxBodyBytes),
      clientAddress: address,
      requestId,
      get signal() {
        return env.signal
      },
      audit: audited.notes,
      log: options.log,
    }
    progress.entered = true
    if (route.kind === 'http') return await route.handler(context)
    if (!env.upgrade) throw new Problem('generic-bad-request', { msg: 'This address speaks WebSocket only.' })
    const handler = await route.open(context)
    return env.upgrade(requester ? options.guardSocket(requester, handler) : handler)
  }

  /** What a browser asks before it sends a request of another origin's page. */
  function preflight(
    env: HttpEnv,
    path: string,
    methods: readonly string[],
    header: (name: string) => string | undefined,
  ): Answer {
    if (methods.length === 0) throw new Problem('url-not-found', { data: path })
    env.responseHeaders.allow = [...methods, 'OPTIONS'].join(', ')
    const wanted = header('access-control-request-method')
    if (wanted === undefined || env.responseHeaders['access-control-allow-origin'] === undefined)
      return empty(204)
    env.responseHeaders['access-control-allow-methods'] = methods.join(', ')
    env.responseHeaders['access-control-allow-headers'] = header('access-control-request-headers') ?? '*'
    env.responseHeaders['access-control-max-age'] = '600'
    return empty(204)
  }

  /** Those that some route takes at a path. */
  function methodsOf(path: string): readonly string[] {
    const found = find('OPTIONS', path)
    return found.route ? [] : found.allowed
  }

  async function authenticate(route: Route, request: Parameters<Verify>[0]): Promise<Requester | null> {
    const { env, clientAddress: address } = request
    const requester = route.auth === 'anonymous' ? null : await verifyOrCount(request, env.responseHeaders)
    const limit = route.rateLimited ? options.rateLimit : options.showRateLimit
    await limit(requester, address, env.responseHeaders)
    return requester
  }

  /** A failed signature counts for its address. */
  async function verifyOrCount(request: Parameters<Verify>[0], headers: Record<string, string>) {
    try {
      const requester = await options.verify(request)
      options.signedBy(requester.accessKey)
      return requester
    } catch (error) {
      await options.rateLimit(null, request.clientAddress, headers)
      throw error
    }
  }

  async function miss(
    env: HttpEnv,
    method: string,
    path: string,
    allowed: readonly string[],
  ): Promise<never> {
    const address = clientAddress(env.remoteAddress, headerOf(env, 'x-forwarded-for'), options.trustedProxies)
    await options.rateLimit(null, address, env.responseHeaders)
    if (allowed.length === 0) throw new Problem('url-not-found', { data: path })
    env.responseHeaders.allow = allowed.join(', ')
    throw new Problem('method-not-allowed', { msg: `${path} does not take ${method}.`, data: [...allowed] })
  }

  return async (_request: Request, env: HttpEnv): Promise<Response> => {
    const startedAt = options.now()
    const given = headerOf(env, 'x-request-id')
    const requestId = given && REQUEST_ID.test(given) ? given : options.newRequestId()
    env.responseHeaders.server = 'BackendAI'
    env.responseHeaders['x-request-id'] = requestId
    const progress: Progress = { route: null, requester: null, entered: false, audited: null }
    let problem: Problem | null = null
    let answer: Answer
    try {
      answer = await respond(env, requestId, progress)
    } catch (error) {
      if (error instanceof RequestAbortedError) return new Response(null, { status: 400 })
      problem = toProblem(error, requestId, options.log)
      answer = problemAnswer(problem)
      if (problem.kind === 'internal-server-error') {
        const operation = `${env.method} ${progress.route?.path ?? env.rawTarget}`
        const userUuid = progress.requester?.userUuid
        const context = { operation, requestId, status: problem.status }
        options.failed(error, userUuid === undefined ? context : { ...context, userUuid })
      }
    }
    const durationMs = Math.max(0, Math.round(options.now() - startedAt))
    const description = problem && (problem.msg ?? problem.title)
    progress.audited?.answered({ status: answer.status, description, durationMs })
    options.observe(progress.route, env.method, answer.status, startedAt)
    if (options.record && progress.route) {
      const { route, requester, entered } = progress
      const role = requester?.role ?? null
      const method = env.method
      options.record({
        method,
        path: route.path,
        status: answer.status,
        kind: problem?.kind ?? null,
        role,
        entered,
      })
    }
    return answer
  }
}

function requireRole(route: Route, requester: Requester | null): void {
  if (route.auth === 'admin' && !requester?.isAdmin && !requester?.isSuperadmin) {
    throw new Problem('insufficient-privilege')
  }
  if (route.auth === 'superadmin' && !requester?.isSuperadmin) throw new Problem('insufficient-privilege')
}

function headerOf(env: HttpEnv, name: string): string | undefined {
  const value = env.incoming.headers[name]
  return Array.isArray(value) ? value[0] : value
}

function splitTarget(target: string): [path: string, search: string] {
  const at = target.indexOf('?')
  const path = at < 0 ? target : target.slice(0, at)
  // A proxy may send the absolute form.
  const relative = path.startsWith('/') ? path : path.replace(/^[a-z]+:\/\/[^/]*/i, '')
  return [relative || '/', at < 0 ? '' : target.slice(at + 1)]
}

const tidy = (path: string): string =>
  path.length > 1 && path.endsWith('/') ? path.replace(/\/+$/, '') || '/' : path

async function readForm(env: HttpEnv, maxBytes: number): Promise<FormData> {
  const type = headerOf(env, 'content-type') ?? ''
  if (!type.startsWith('multipart/form-data')) {
    throw new Problem('invalid-api-params', { msg: 'The body must be multipart/form-data.' })
  }
  const bytes = await env.readBody(maxBytes)
  try {
    return await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData()
  } catch (cause) {
    throw new Problem('invalid-api-params', { msg: 'Malformed body', data: {}, cause })
  }
}
