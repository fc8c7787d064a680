import { slotsToJson } from '../core/slots.ts'
import type { AgentHello } from '../wire/agent-rpc.ts'
import type { AgentContext } from './agent-context.ts'
import { hostArchitecture } from './images/image-aliases.ts'
import { snapshotOf } from './kernels/kernel.ts'

/** Of the conversation between manager and agent. */
const PROTOCOL = 1

/** The facts of this agent as they are now (agent-kernel.md §2). */
export function agentHello(ctx: AgentContext): AgentHello {
  const { agentId, settings, backend, allocator, accelerators, images, kernels } = ctx
  const plugins = accelerators.map((plugin): [string, Record<string, unknown>] => [
    plugin.key,
    { version: plugin.version, ...plugin.attributes },
  ])
  return {
    agentId,
    protocol: PROTOCOL,
    version: settings.version,
    region: settings.region,
    scalingGroup: settings.scalingGroup,
    architecture: hostArchitecture(),
    backend: backend.name,
    addr: settings.addr,
    publicHost: settings.publicHost,
    slotTypes: { ...allocator.slotTypes },
    availableSlots: slotsToJson(allocator.capacity()),
    computePlugins: { cpu: {}, mem: {}, ...Object.fromEntries(plugins) },
    images: images.list(),
    kernels: [...kernels.values()].map(snapshotOf),
  }
}
