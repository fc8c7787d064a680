import { Problem, problemDocument } from '../../core/problem.ts'
import { quickResponse } from '../../lib/http/quick-response.ts'
import { BodyTooLargeError } from '../../lib/http/request-body.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Answer } from './answer.ts'

export const problemAnswer = (problem: Problem, headers: Record<string, string> = {}): Answer =>
  quickResponse({
    status: problem.status,
    head: { 'content-type': 'application/problem+json; charset=utf-8', ...headers },
    content: JSON.stringify(problemDocument(problem)),
  })

/** Any failure as the problem that leaves the house: what is unknown is masked, and logged with the request's id. */
export function toProblem(error: unknown, requestId: string, log: Logger): Problem {
  if (error instanceof Problem) {
    if (error.status >= 500 && error.cause !== undefined) {
      log.warn({ requestId, kind: error.kind, err: error.cause }, error.message)
    }
    return error
  }
  if (error instanceof BodyTooLargeError) {
    return new Problem('request-too-large', { msg: `The body may have ${error.maxBytes} bytes at most.` })
  }
  log.error({ requestId, err: error }, 'a request failed unexpectedly')
  return new Problem('internal-server-error', { msg: `Please report this with the request id ${requestId}.` })
}
