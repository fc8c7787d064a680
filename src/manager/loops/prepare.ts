import { and, inArray } from 'drizzle-orm'
import { prepareQuery } from '../../db/prepare.ts'
import type { Store, Tx } from '../../db/store.ts'
import { AgentCallError } from '../../wire/agent-link.ts'
import type { KernelConfig } from '../../wire/agent-rpc.ts'
import { type StartOrder, startOrders } from '../services/kernel-config.ts'
import { lifeQueries } from '../services/life-queries.ts'
import { cancelSessions } from '../services/terminating.ts'
import { moveKernels, moveSessions } from '../services/transitions.ts'
import type { LoopContext } from './context.ts'
import type { Detached } from './detached.ts'

/** SCHEDULED sessions with a kernel on one of these agents become PREPARING. */
export async function beginPreparing(
  tx: Tx,
  store: Store,
  sessionIds: readonly string[],
  connected: readonly string[],
  at: Date,
): Promise<void> {
  if (sessionIds.length === 0 || connected.length === 0) return
  const rows = await scheduledKernels(tx, store, sessionIds)
  const here = new Set(connected)
  const own = new Set(rows.filter((row) => row.agent && here.has(row.agent)).map((row) => row.sessionId))
  const change = { at, reason: '', set: { statusInfo: '' } }
  const moved = await moveSessions(tx, store, [...own], 'PREPARING', { ...change, from: ['SCHEDULED'] })
  const begun = new Set(moved.map((session) => session.id))
  const ids = rows.filter((row) => begun.has(row.sessionId)).map((row) => row.id)
  await moveKernels(tx, store, ids, 'PREPARING', { ...change, from: ['SCHEDULED'] })
}

async function scheduledKernels(tx: Tx, store: Store, sessionIds: readonly string[]) {
  const [id] = sessionIds
  if (sessionIds.length === 1) return lifeQueries(store).scheduledKernels({ id }, tx)
  const { kernels } = store.tables
  return await tx
    .select({ id: kernels.id, sessionId: kernels.sessionId, agent: kernels.agent })
    .from(kernels)
    .where(and(inArray(kernels.sessionId, [...sessionIds]), inArray(kernels.status, ['SCHEDULED'])))
}

/**
 * The prepare loop: orders the kernels of started sessions from the agents that are connected here. Orders are repeated
 * until an agent accepts them; what the agent makes of them comes as reports.
 */
export function createPrepareLoop(context: LoopContext, detached: Detached) {
  const { ports, dispatched } = context
  const { store, clock, log } = ports
  const { kernels } = store.tables
  const startable = prepareQuery(
    'prepare_startable',
    store.db
      .select({ id: kernels.id, sessionId: kernels.sessionId, agent: kernels.agent, status: kernels.status })
      .from(kernels)
      .where(inArray(kernels.status, ['SCHEDULED', 'PREPARING', 'PULLING'])),
  )

  async function run(): Promise<void> {
    const connected = ports.agents.connected()
    if (connected.length === 0) return
    const here = new Set(connected)
    const rows = (await startable({})).filter(({ agent }) => agent !== null && here.has(agent))
    const scheduled = new Set(rows.filter((row) => row.status === 'SCHEDULED').map((row) => row.sessionId))
    if (scheduled.size > 0) {
      const at = new Date(clock.now())
      await store.tx((tx) => beginPreparing(tx, store, [...scheduled], connected, at))
    }
    const open = rows.filter((row) => !dispatched.has('create', row.id))
    for (const order of await startOrders(ports, [...new Set(open.map((row) => row.sessionId))])) {
      if (order.session.status !== 'PREPARING' && order.session.status !== 'PULLING') continue
      send(order, new Set(open.map((row) => row.id)))
    }
  }

  function send(order: StartOrder, open: ReadonlySet<string>): void {
    const byAgent = Map.groupBy(
      order.kernels.filter(({ row }) => open.has(row.id)),
      ({ row }) => row.agent,
    )
    const mayStart = asksHooks(order)
    for (const [agentId, group] of byAgent) {
      if (agentId === null) continue
      for (const { row } of group) dispatched.add('create', row.id, agentId)
      detached.run(async () => {
        if (!(await mayStart)) return
        await create(
          agentId,
          order,
          group.map(({ config }) => config),
        )
      })
    }
  }

  /** False when a hook refuses the start; the session is cancelled then. */
  async function asksHooks({ session }: StartOrder): Promise<boolean> {
    const { id: sessionId, name: sessionName, accessKey } = session
    const outcome = await ports.plugins.hooks.dispatch('PRE_START_SESSION', {
      sessionId,
      sessionName,
      accessKey,
    })
    if (outcome.status === 'PASSED') return true
    const { reason: repr, plugins } = outcome
    const error = { src: 'hook', name: 'rejected-by-hook', repr, plugins }
    await cancel(sessionId, 'rejected-by-hook', error)
    return false
  }

  async function create(agentId: string, order: StartOrder, configs: KernelConfig[]): Promise<void> {
    const sessionId = order.session.id
    try {
      await ports.agents.call(agentId, 'createKernels', {
        sessionId,
        kernels: configs,
        cluster: order.cluster,
      })
    } catch (error) {
      for (const { kernelId } of configs) dispatched.forgetKernel(kernelId)
      if (!(error instanceof AgentCallError)) {
        log.warn({ err: error, agentId, sessionId }, 'kernels not ordered yet: the agent cannot be reached')
        return
      }
      log.warn({ err: error, agentId, sessionId }, 'the agent refused to start kernels')
      await giveUp(sessionId, agentId, error)
    }
  }

  async function giveUp(sessionId: string, agentId: string, error: AgentCallError): Promise<void> {
    const repr = `${error.kind}: ${error.message}`
    await cancel(sessionId, 'failed-to-start', { src: 'agent', name: error.kind, repr, agent_id: agentId })
  }

  async function cancel(sessionId: string, reason: string, error: Record<string, unknown>): Promise<void> {
    const at = new Date(clock.now())
    await store.tx((tx) => cancelSessions(tx, store, [sessionId], { at, reason, statusData: { error } }))
    context.signals.raise('terminate')
  }

  return { run }
}
