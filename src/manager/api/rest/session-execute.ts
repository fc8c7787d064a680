import { completeParams, executeParams } from '../../../api/session.ts'
import { Problem } from '../../../core/problem.ts'
import type { SessionServices } from '../../services/index.ts'
import { complete, execute, interrupt } from '../../services/sessions/execute.ts'
import { outputAddresses } from '../../services/sessions/output-links.ts'
import { json, noContent } from '../answer.ts'
import { publicOrigin } from '../public-origin.ts'
import { defineRoute, type Route } from '../route.ts'
import { sessionRef } from './session-ref.ts'

/** Running code in a session over plain requests (client-wire.md §3.1–3.2). */
export function sessionExecuteRoutes(services: SessionServices): readonly Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/session/:session',
      summary: 'Run code in a session',
      audited: false,
      auth: 'user',
      params: executeParams,
      handler: async (context) => {
        const { params, requester } = context
        const ref = sessionRef(context)
        if (!('runId' in params)) {
          const { code, options } = params
          const completions = await complete(services, requester, ref, { code, options: options ?? {} })
          return json({ result: completionResult(completions) })
        }
        if (!params.hasRunId) {
          throw new Problem('invalid-api-params', {
            msg: 'Input validation error',
            data: { runId: 'the key must be present; null starts a new run' },
          })
        }
        const { mode, code, runId } = params
        const options = 'options' in params ? params.options : null
        const { result, sessionId } = await execute(services, requester, ref, { mode, code, runId, options })
        const files = await outputAddresses(services.ports, sessionId, result.files, publicOrigin(context))
        return json({ result: { ...result, files } })
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/session/:session/interrupt',
      summary: 'Interrupt the code that runs in a session',
      auth: 'user',
      handler: async (context) => {
        await interrupt(services, context.requester, sessionRef(context))
        return noContent()
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/session/:session/complete',
      summary: 'Complete code at the cursor',
      audited: false,
      auth: 'user',
      params: completeParams,
      handler: async (context) => {
        const { code, options } = context.params
        const ref = sessionRef(context)
        return json({
          result: await complete(services, context.requester, ref, { code, options: options ?? {} }),
        })
      },
    }),
  ]
}

/** The legacy mode `complete` answers like a run. */
const completionResult = (completions: unknown[]) => ({
  status: 'finished',
  runId: '',
  exitCode: null,
  options: null,
  files: [],
  console: [['completion', completions]],
})
