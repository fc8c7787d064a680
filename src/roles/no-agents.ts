import type { AgentLink } from '../wire/agent-link.ts'

const nobody = (): never => {
  throw new Error('there is no agent here')
}

/** For what needs the manager's ports and no cluster. */
export const noAgents: AgentLink = {
  listen: async () => {},
  connected: () => [],
  call: nobody,
  openStream: nobody,
  [Symbol.asyncDispose]: async () => {},
}
