import { isProblemKind, PROBLEMS, Problem, type ProblemKind } from '../../../core/problem.ts'
import { AgentCallError, AgentUnreachableError, type CallOptions } from '../../../wire/agent-link.ts'
import type { AgentMethods } from '../../../wire/agent-rpc.ts'
import type { ManagerPorts } from '../../context.ts'
import type { RunningSession } from './resolve.ts'

/** Failures of the request's own making, by the name that the agent gives them. */
const BAD_REQUESTS =
  /^(FileNotFound|NotFound|ENOENT|InvalidPath|PathTraversal|InvalidArgument|Invalid|TooLarge|NotADirectory|IsADirectory|PathOutside)/

/** Calls the agent of a session; its failures become problems of `kind` with the agent's details. */
export async function callAgent<M extends keyof AgentMethods>(
  ports: Pick<ManagerPorts, 'agents'>,
  target: Pick<RunningSession, 'agentId'>,
  method: M,
  args: Parameters<AgentMethods[M]>[0],
  kind: ProblemKind,
  options: CallOptions = {},
): Promise<Awaited<ReturnType<AgentMethods[M]>>> {
  try {
    return await ports.agents.call(target.agentId, method, args, options)
  } catch (error) {
    throw agentProblem(error, kind)
  }
}

export function agentProblem(error: unknown, kind: ProblemKind): unknown {
  if (error instanceof AgentUnreachableError) {
    return new Problem('service-unavailable', {
      msg: 'The agent of the session cannot be reached now.',
      cause: error,
    })
  }
  if (!(error instanceof AgentCallError)) return error
  // What the kernel's runner refused, it refused as the API says it.
  if (isProblemKind(error.kind) && PROBLEMS[error.kind][0] !== 500)
    return new Problem(error.kind, { msg: error.message, cause: error })
  if (BAD_REQUESTS.test(error.kind)) {
    return new Problem('generic-bad-request', { msg: error.message, cause: error })
  }
  return new Problem(kind, {
    agentDetails: {
      type: 'https://api.backend.ai/probs/agent-failure',
      title: 'Agent-side exception occurred.',
      exception: `${error.kind}: ${error.message}`,
    },
    cause: error,
  })
}
