import { eq } from 'drizzle-orm'
import { INTRINSIC_SLOTS } from '../../../core/slots.ts'
import { agentStarted } from '../../../events/catalog/cluster.ts'
import type { AgentHello } from '../../../wire/agent-rpc.ts'
import type { ManagerPorts } from '../../context.ts'
import { isLocalRegistry, registries } from '../registries.ts'
import { recordSlotTypes } from '../slot-types.ts'
import { upsertImages } from './images.ts'

/**
 * Stores what an agent says of itself.
 * @throws Error when its resource group is unknown: the agent is refused.
 */
export async function storeHello(ports: ManagerPorts, hello: AgentHello, newId: () => string): Promise<void> {
  const { store, config, clock } = ports
  const { agents, scalingGroups } = store.tables
  const slotTypes = await recordSlotTypes(config, { ...INTRINSIC_SLOTS, ...hello.slotTypes })
  const configured = [...(await registries(config)).values()]
  const known = new Set(configured.filter((one) => !isLocalRegistry(one)).map(({ name }) => name))
  await store.tx(async (tx) => {
    const at = new Date(clock.now())
    await upsertImages(tx, store, hello.agentId, hello.images, { slotTypes, registries: known, at, newId })
    const [before] = await tx
      .select({ status: agents.status, assigned: agents.assignedScalingGroup })
      .from(agents)
      .where(eq(agents.id, hello.agentId))
    const wanted = before?.assigned ?? hello.scalingGroup
    const [group] = await tx
      .select({ name: scalingGroups.name })
      .from(scalingGroups)
      .where(eq(scalingGroups.name, wanted))
    if (!group) throw new Error(`unknown resource group "${wanted}"`)
    const facts = { ...agentFacts(hello, at), scalingGroup: wanted }
    if (!before) {
      await tx.insert(agents).values({ ...facts, id: hello.agentId, firstContact: at, statusChanged: at })
    } else {
      const revived = before.status === 'ALIVE' ? {} : { statusChanged: at, lostAt: null }
      await tx
        .update(agents)
        .set({ ...facts, ...revived })
        .where(eq(agents.id, hello.agentId))
    }
    if (before?.status === 'ALIVE') return
    const reason = before && before.status !== 'RESTARTING' ? 'revived' : 'self-started'
    await tx.emit([{ name: agentStarted.name, payload: { agentId: hello.agentId, reason } }])
  })
}

const agentFacts = (hello: AgentHello, at: Date) => ({
  status: 'ALIVE' as const,
  region: hello.region,
  availableSlots: hello.availableSlots,
  addr: hello.addr,
  publicHost: hello.publicHost,
  lastHeartbeat: at,
  version: hello.version,
  architecture: hello.architecture,
  backend: hello.backend,
  computePlugins: hello.computePlugins,
  images: hello.images.map((image) => `${image.canonical}@${image.architecture}`).toSorted(),
})
