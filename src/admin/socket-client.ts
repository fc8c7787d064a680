import * as v from 'valibot'
import { PROBLEMS, Problem, type ProblemKind } from '../core/problem.ts'
import type { OperationName, ParamsOf, ResultOf } from './operations/index.ts'
import { shortSocketPath } from './socket-path.ts'

/** Asks for operations; the same whether the role runs or not. */
export interface Administration extends AsyncDisposable {
  call<Name extends OperationName>(name: Name, params: ParamsOf<Name>): Promise<ResultOf<Name>>
}

const problemBody = v.object({ error_code: v.string(), title: v.string(), msg: v.optional(v.string()) })
const isKind = (name: string): name is ProblemKind => Object.hasOwn(PROBLEMS, name)

/** Whether a role listens there: a socket file alone may be left over from one that was killed. */
export async function isServing(path: string): Promise<boolean> {
  using short = shortSocketPath(path)
  try {
    const answer = await fetch('http://admin/', { unix: short.path, signal: AbortSignal.timeout(5000) })
    await answer.arrayBuffer()
    return true
  } catch {
    return false
  }
}

/** The administration of the role that listens at `path`. */
export function connectAdmin(path: string): Administration {
  return {
    async call<Name extends OperationName>(name: Name, params: ParamsOf<Name>): Promise<ResultOf<Name>> {
      using short = shortSocketPath(path)
      const answer = await fetch(`http://admin/v1/${name}`, {
        unix: short.path,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(params),
      })
      const body: unknown = await answer.json()
      if (answer.ok) return body as ResultOf<Name>
      const { error_code: kind, title, msg } = v.parse(problemBody, body)
      throw new Problem(isKind(kind) ? kind : 'general-error', {
        title,
        ...(msg === undefined ? {} : { msg }),
      })
    },
    async [Symbol.asyncDispose]() {},
  }
}
