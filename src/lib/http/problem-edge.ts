import type { Env, Hono } from 'hono'
import { Problem, problemDocument } from '../../core/problem.ts'
import type { Logger } from '../logger.ts'
import { BodyTooLargeError } from './request-body.ts'

/**
 * The edge of a small role: whatever a handler throws leaves as a problem document, unknown errors masked and logged.
 * @param known answers the role's own kinds of failures; null for others.
 */
export function answerProblems<E extends Env>(
  app: Hono<E>,
  log: Logger,
  known: (error: unknown, path: string) => Response | null = () => null,
): Hono<E> {
  app.notFound((c) => problemResponse(new Problem('url-not-found', { data: c.req.path })))
  app.onError((error, c) => {
    if (error instanceof Problem) return problemResponse(error)
    if (error instanceof BodyTooLargeError) {
      return problemResponse(new Problem('request-too-large', { msg: error.message }))
    }
    const answer = known(error, c.req.path)
    if (answer) return answer
    log.error({ err: error, path: c.req.path }, 'request failed')
    return problemResponse(new Problem('internal-server-error'))
  })
  return app
}

const problemResponse = (problem: Problem): Response =>
  new Response(JSON.stringify(problemDocument(problem)), {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json' },
  })
