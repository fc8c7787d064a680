import type { AgentLinkHandlers } from '../../wire/agent-link.ts'
import { compareWithAgent } from './agents/compare.ts'
import type { AgentContext } from './agents/context.ts'
import { createHeartbeats, type Heartbeats } from './agents/heartbeats.ts'
import { storeHello } from './agents/hello.ts'
import { createReportHandler } from './agents/reports.ts'

export interface AgentServices {
  /** The manager's end of the agent link. */
  readonly handlers: AgentLinkHandlers
  readonly heartbeats: Heartbeats
  /** Compares the books with what connected agents run; all of them, or those that (re)connected since the last time. */
  compare(which: 'all' | 'new' | readonly string[]): Promise<void>
}

export function createAgentServices(context: AgentContext): AgentServices {
  const { ports, signals, dispatched } = context
  const heartbeats = createHeartbeats(context)
  const report = createReportHandler(context)
  const unseen = new Set<string>()

  const compareOne = async (agentId: string) => {
    try {
      await compareWithAgent(context, agentId)
      unseen.delete(agentId)
    } catch (error) {
      ports.log.warn({ err: error, agentId }, 'comparison with the agent failed and will be repeated')
    }
  }

  const compare: AgentServices['compare'] = async (which) => {
    const connected = ports.agents.connected()
    const wanted = which === 'new' ? unseen : new Set(which === 'all' ? connected : which)
    await Promise.all(connected.filter((id) => wanted.has(id)).map(compareOne))
  }

  return {
    heartbeats,
    compare,
    handlers: {
      async hello(hello) {
        await storeHello(ports, hello, context.newId)
        dispatched.forgetAgent(hello.agentId)
        unseen.add(hello.agentId)
        // The link takes calls for this agent only once hello has been answered.
        setImmediate(() => {
          signals.raise('schedule')
          void compare('new')
        })
      },
      heartbeat: (beat) => heartbeats.note(beat),
      report,
      disconnected: (agentId) => dispatched.forgetAgent(agentId),
    },
  }
}
