import { asc } from 'drizzle-orm'
import * as v from 'valibot'
import { notFound, Problem } from '../../core/problem.ts'
import { AgentCallError, AgentUnreachableError } from '../../wire/agent-link.ts'
import { defineOperation } from './define.ts'

/** Every agent that ever joined, as the manager knows it. */
export const agentList = defineOperation(v.object({}), async ({ store, agents: link }) => {
  const { agents } = store.tables
  const connected = new Set(link?.connected() ?? [])
  const rows = await store.db.select().from(agents).orderBy(asc(agents.id))
  return rows.map((row) => ({
    id: row.id,
    status: row.status,
    scalingGroup: row.scalingGroup,
    backend: row.backend,
    architecture: row.architecture,
    version: row.version,
    isSchedulable: row.schedulable,
    isConnected: connected.has(row.id),
    lastHeartbeat: row.lastHeartbeat?.toISOString() ?? null,
  }))
})

/** Asks one agent whether it is there; milliseconds to its answer. */
export const agentPing = defineOperation(
  v.object({ agentId: v.string(), timeoutMs: v.pipe(v.number(), v.minValue(1), v.maxValue(600_000)) }),
  async ({ store, agents: link }, { agentId, timeoutMs }) => {
    if (!link) {
      throw new Problem('service-unavailable', {
        msg: 'a running manager speaks with agents: start "backendai up" or "backendai manager"',
      })
    }
    try {
      return { agentId, ms: await link.ping(agentId, timeoutMs) }
    } catch (error) {
      if (!(error instanceof AgentUnreachableError || error instanceof AgentCallError)) throw error
      const rows = await store.db.select({ id: store.tables.agents.id }).from(store.tables.agents)
      if (!rows.some(({ id }) => id === agentId)) {
        throw notFound('agent', `There is no agent "${agentId}".`)
      }
      throw new Problem('service-unavailable', {
        msg: `The agent "${agentId}" does not answer.`,
        cause: error,
      })
    }
  },
)
