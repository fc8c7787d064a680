import { formatDecimal, parseDecimal, ZERO } from '../../core/amount.ts'
import { type SlotsJson, slotsFromJson } from '../../core/slots.ts'
import type { AgentContext } from '../agent-context.ts'
import { AgentError } from '../agent-error.ts'
import type { Allocations } from '../allocator/allocator.ts'
import type { KernelRecord } from './kernel-record.ts'
import { IMAGE_LABELS } from './labels.ts'
import { bindServices, countPorts, declareServices } from './service-ports.ts'

/** Devices, host ports and a user number for a kernel, written into its record; a second call changes nothing. */
export async function claimResources(ctx: AgentContext, record: KernelRecord): Promise<Allocations> {
  const request = slotsFromJson(record.config.resourceSlots)
  for (const name of ['cpu', 'mem']) {
    if ((request.get(name) ?? ZERO) > ZERO) continue
    throw new AgentError('InvalidResourceArgument', `resource slot "${name}" is mandatory`)
  }
  const allocations = ctx.allocator.allocate(record.kernelId, request)
  if (record.hostPorts.length === 0) {
    const { image, preopenPorts, clusterRole } = record.config
    const label = image.labels[IMAGE_LABELS.servicePorts] ?? ''
    const services = declareServices(label, preopenPorts, clusterRole === 'main')
    record.hostPorts = await ctx.ports.acquire(countPorts(services))
    record.servicePorts = bindServices(services, record.hostPorts, ctx.backend.sharesHostNetwork)
  }
  if (ctx.uids && !record.ownsUid) {
    record.uid = ctx.uids.acquire()
    record.gid = record.uid
    record.ownsUid = true
  }
  return allocations
}

/** Idempotent. */
export function releaseResources(ctx: AgentContext, record: KernelRecord): void {
  ctx.allocator.release(record.kernelId)
  ctx.ports.release(record.hostPorts)
  if (record.ownsUid) ctx.uids?.release(record.uid)
}

/** What a kernel occupies, by slot. */
export function occupiedSlots(allocations: Allocations): SlotsJson {
  const slots: SlotsJson = {}
  for (const group of Object.values(allocations)) {
    for (const [slot, devices] of Object.entries(group)) {
      const total = Object.values(devices).reduce((sum, amount) => sum + parseDecimal(amount), ZERO)
      slots[slot] = formatDecimal(total)
    }
  }
  return slots
}
