import { eq } from 'drizzle-orm'
import { notFound } from '../../../core/problem.ts'
import { doSchedule } from '../../../events/catalog/cluster.ts'
import type { ManagerPorts } from '../../context.ts'

/** Null and absent leave a thing as it is. */
export interface AgentChanges {
  schedulable?: boolean | null
  scaling_group?: string | null
}

/**
 * Opens or closes an agent to new sessions, or puts it into another resource group, where it stays whatever it says
 * when it connects again. Sessions that run there go on. @throws Problem
 */
export async function modifyAgent(
  { store, bus }: Pick<ManagerPorts, 'store' | 'bus'>,
  id: string,
  { schedulable, scaling_group: group }: AgentChanges,
): Promise<void> {
  const { agents, scalingGroups } = store.tables
  const moved = group ? { scalingGroup: group, assignedScalingGroup: group } : {}
  const opened = typeof schedulable === 'boolean' ? { schedulable } : {}
  await store.tx(async (tx) => {
    const [agent] = await tx.select({ id: agents.id }).from(agents).where(eq(agents.id, id))
    if (!agent) throw notFound('agent instance', `There is no agent "${id}".`)
    if (group) {
      const [found] = await tx
        .select({ name: scalingGroups.name })
        .from(scalingGroups)
        .where(eq(scalingGroups.name, group))
      if (!found) throw notFound('scaling group', `There is no resource group "${group}".`)
    }
    const values = { ...moved, ...opened }
    if (Object.keys(values).length > 0) await tx.update(agents).set(values).where(eq(agents.id, id))
  })
  await bus.publish(doSchedule, {}, { source: 'modify-agent' })
}
