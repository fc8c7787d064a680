import { and, eq, inArray, lt } from 'drizzle-orm'
import { agentStarted, agentTerminated } from '../../../events/catalog/cluster.ts'
import type { AgentHeartbeat } from '../../../wire/agent-rpc.ts'
import { writeAbuse, writeLiveStats } from '../live-stats.ts'
import { chunked } from '../rows.ts'
import type { AgentContext } from './context.ts'

export interface Heartbeats {
  note(beat: AgentHeartbeat): Promise<void>
  /** Writes the last sign of life of all agents heard since the last time, in bulk. */
  flush(): Promise<void>
  /** Declares agents LOST that were silent for `timeoutMs`. */
  findLost(timeoutMs: number): Promise<void>
}

export function createHeartbeats({ ports, signals }: AgentContext): Heartbeats {
  const { store, cache, clock, log, plugins } = ports
  const { agents } = store.tables
  const heard = new Set<string>()

  async function tellHooks(agentId: string): Promise<void> {
    if (!(await plugins.hooks.handles('POST_AGENT_HEARTBEAT'))) return
    const [row] = await store.db.select().from(agents).where(eq(agents.id, agentId))
    if (!row) return
    const { scalingGroup, availableSlots } = row
    await plugins.hooks.notify('POST_AGENT_HEARTBEAT', { agentId, scalingGroup, availableSlots })
  }

  return {
    async note(beat) {
      heard.add(beat.agentId)
      try {
        await writeLiveStats(cache, beat.agentId, beat.nodeStats, beat.kernelStats)
        if (beat.abusing && Object.keys(beat.abusing).length > 0) await writeAbuse(cache, beat.abusing)
      } catch (error) {
        log.warn({ err: error, agentId: beat.agentId }, 'statistics not kept')
      }
      await tellHooks(beat.agentId).catch((error) =>
        log.warn({ err: error }, 'hooks not told of a heartbeat'),
      )
    },

    async flush() {
      // An agent that is connected without having beaten yet is alive too.
      const ids = [...new Set([...heard, ...ports.agents.connected()])]
      heard.clear()
      if (ids.length === 0) return
      const at = new Date(clock.now())
      await store.tx(async (tx) => {
        for (const chunk of chunked(ids)) {
          await tx.update(agents).set({ lastHeartbeat: at }).where(inArray(agents.id, chunk))
          const revived = await tx
            .update(agents)
            .set({ status: 'ALIVE', statusChanged: at, lostAt: null })
            .where(and(inArray(agents.id, chunk), eq(agents.status, 'LOST')))
            .returning({ id: agents.id })
          await tx.emit(
            revived.map(({ id }) => ({
              name: agentStarted.name,
              payload: { agentId: id, reason: 'revived' },
            })),
          )
        }
      })
    },

    async findLost(timeoutMs) {
      const at = new Date(clock.now())
      const silent = and(
        eq(agents.status, 'ALIVE'),
        lt(agents.lastHeartbeat, new Date(at.getTime() - timeoutMs)),
      )
      const found = await store.db.select({ id: agents.id }).from(agents).where(silent).limit(1)
      if (found.length === 0) return
      const lost = await store.tx(async (tx) => {
        const rows = await tx
          .update(agents)
          .set({ status: 'LOST', statusChanged: at, lostAt: at })
          .where(silent)
          .returning({ id: agents.id })
        await tx.emit(
          rows.map(({ id }) => ({
            name: agentTerminated.name,
            payload: { agentId: id, reason: 'agent-lost' },
          })),
        )
        return rows
      })
      if (lost.length === 0) return
      log.warn({ agents: lost.map((row) => row.id) }, 'agents are lost')
      signals.raise('schedule')
    },
  }
}
