import { ApiError, ConnectionLostError, UnreachableError } from '../client/errors.ts'
import { isProblemKind } from '../core/problem.ts'
import type { CliIo } from './cli-io.ts'
import { CliError, EXIT } from './exit-code.ts'
import type { Output } from './output.ts'

interface Report {
  message: string
  hints: readonly string[]
  exitCode: number
}

/** The one place that prints an error; gives its exit code. With --json the report is one JSON line on standard error. */
export function reportError(error: unknown, io: CliIo, out: Output, isDebug: boolean): number {
  const report = explain(error, io)
  if (out.isJson) {
    const fields = error instanceof ApiError ? apiFields(error) : {}
    const { message, hints, exitCode } = report
    io.freshLine()
    io.stderr.write(`${JSON.stringify({ error: { message, hints, exit_code: exitCode, ...fields } })}\n`)
  } else {
    out.fail(report.message)
    for (const hint of report.hints) io.stderr.write(`  ${hint}\n`)
  }
  if (isDebug && error instanceof Error) io.stderr.write(`${error.stack ?? ''}\n`)
  return report.exitCode
}

function explain(error: unknown, { env }: Pick<CliIo, 'env'>): Report {
  if (error instanceof CliError) return error
  if (error instanceof UnreachableError) {
    return { message: error.message, hints: reachHints(error), exitCode: EXIT.unreachable }
  }
  if (error instanceof ApiError) {
    return {
      message: apiMessage(error),
      hints: apiHints(error, env.BACKEND_ENDPOINT_TYPE === 'session'),
      exitCode: EXIT.failed,
    }
  }
  if (error instanceof ConnectionLostError) {
    return { message: error.message, hints: [], exitCode: EXIT.unreachable }
  }
  const message = error instanceof Error ? error.message : String(error)
  const isOurs = error instanceof RangeError
  const hints = isOurs ? [] : ['This is unexpected; --debug shows where it happened.']
  return { message, hints, exitCode: EXIT.failed }
}

function reachHints(error: UnreachableError): string[] {
  if (/CERT|SELF_SIGNED/.test(error.code)) {
    return ['If you trust this server, pass --skip-sslcert-validation.']
  }
  return [
    'Is the cluster running? "backendai up" starts one on this machine;',
    '--endpoint names another one.',
  ]
}

/** Their titles say nothing that the status does not. */
const BARE_TITLES = new Set(['generic-bad-request', 'generic-forbidden', 'invalid-api-params'])

/** What GraphQL puts before the sentences of problems that say everything themselves. */
const GRAPHQL_TITLE = /^(?:Forbidden operation|Missing or invalid API parameters): (?=.)/

/** One sentence where the server, or the agent behind it, has said one. */
function apiMessage(error: ApiError): string {
  const inside = error.agentDetails
  if (inside) {
    const exception = inside.exception ?? inside.title
    const [, kind = '', sentence = ''] = /^([\w-]+): (.+[.!?])$/s.exec(exception) ?? []
    const isForPeople = kind === 'Problem' || isProblemKind(kind)
    return isForPeople ? sentence : `${error.message} (agent: ${exception})`
  }
  if (error.kind === 'graphql-error' && error.msg) return error.msg.replace(GRAPHQL_TITLE, '')
  const isSentence = error.msg !== undefined && /[.!?]$/.test(error.msg)
  return isSentence && BARE_TITLES.has(error.kind) ? (error.msg ?? '') : error.message
}

function apiHints(error: ApiError, isLogin: boolean): string[] {
  if (error.kind === 'auth-failed' && isLogin)
    return ['Your login has ended, or there was none: "backend.ai login".']
  if (error.kind === 'auth-failed')
    return [
      'Check the access key and the secret key: "backendai config" shows them.',
      'A key that was made inactive is refused in the same way.',
    ]
  if (error.kind === 'invalid-auth-params' && /sync/i.test(error.msg ?? '')) {
    return ['The clocks of this machine and of the server differ by more than 15 minutes.']
  }
  if (error.kind === 'object-not-found' && /image/i.test(error.title)) {
    return ['"backend.ai admin image list" shows the images and their short names.']
  }
  if (error.kind === 'too-many-sessions-matched') return matches(error.data)
  if (error.kind === 'invalid-api-params') {
    return fieldHints(error.data).filter((hint) => !hint.endsWith(`: ${error.msg}`))
  }
  if (error.kind === 'url-not-found' && !isLogin) {
    return [
      'Is this the address of a webserver? Then set BACKEND_ENDPOINT_TYPE=session and log in;',
      'or name the address of the manager.',
    ]
  }
  if (error.kind === 'rate-limit-exceeded')
    return ['Wait some minutes: requests are counted over 15 minutes.']
  return []
}

function matches(data: unknown): string[] {
  if (typeof data !== 'object' || data === null || !('matches' in data) || !Array.isArray(data.matches))
    return []
  return data.matches.map((match: Record<string, unknown>) => `${match.id}  ${match.name}  ${match.status}`)
}

function fieldHints(data: unknown): string[] {
  if (typeof data !== 'object' || data === null) return []
  return Object.entries(data).map(([field, message]) => `${field}: ${String(message)}`)
}

function apiFields(error: ApiError): Record<string, unknown> {
  return {
    status: error.status,
    type: error.type,
    title: error.title,
    msg: error.msg ?? null,
    data: error.data ?? null,
  }
}
