import * as v from 'valibot'
import { zonedDay } from '../../../lib/zoned-midnight.ts'
import type { KernelRow, SessionRow } from '../rows.ts'

/** The columns that reports are made of. */
export interface UsageRow {
  session: Pick<SessionRow, 'name' | 'accessKey' | 'domainName' | 'groupId' | 'vfolderMounts' | 'clusterMode'>
  kernel: Pick<
    KernelRow,
    | 'id'
    | 'sessionId'
    | 'containerId'
    | 'image'
    | 'agent'
    | 'occupiedSlots'
    | 'resourceOpts'
    | 'attachedDevices'
    | 'lastStat'
    | 'status'
    | 'statusInfo'
    | 'statusChanged'
    | 'statusHistory'
    | 'createdAt'
    | 'terminatedAt'
  >
  groupName: string | null
  email: string | null
  fullName: string | null
}

const metric = v.object({
  current: v.optional(v.nullable(v.union([v.string(), v.number()]))),
  capacity: v.optional(v.nullable(v.union([v.string(), v.number()]))),
  'stats.max': v.optional(v.nullable(v.union([v.string(), v.number()]))),
})

/** One value of a kernel's last statistics; 0 where there is none. */
export function lastStatOf(
  stat: KernelRow['lastStat'],
  name: string,
  part: 'current' | 'capacity' | 'stats.max',
): number {
  const found = v.safeParse(metric, stat?.[name])
  return found.success ? Number(found.output[part] ?? 0) || 0 : 0
}

const device = v.object({
  model_name: v.optional(v.nullable(v.string())),
  data: v.optional(v.record(v.string(), v.unknown()), {}),
})

/** Accelerators that a kernel had: model names, multiprocessors and memory. */
export function devicesOf(attached: KernelRow['attachedDevices']) {
  const accelerators = Object.entries(attached).filter(([name]) => name !== 'cpu' && name !== 'mem')
  const found = accelerators.flatMap(([, list]) =>
    (Array.isArray(list) ? list : []).flatMap((one: unknown) => {
      const parsed = v.safeParse(device, one)
      return parsed.success ? [parsed.output] : []
    }),
  )
  const sum = (key: string) => found.reduce((total, { data }) => total + (Number(data[key]) || 0), 0)
  return {
    models: [...new Set(found.flatMap((one) => one.model_name ?? []))],
    smp: sum('smp'),
    memory: sum('mem'),
  }
}

/** Slots of accelerators in all, whatever they are counted in. */
export const acceleratorSlots = (slots: KernelRow['occupiedSlots']): number =>
  Object.entries(slots).reduce(
    (sum, [name, amount]) => (name === 'cpu' || name === 'mem' ? sum : sum + (Number(amount) || 0)),
    0,
  )

/** What a report says of one container. */
export function kernelUsage({ session, kernel, groupName, email, fullName }: UsageRow, zone: string) {
  const ended = kernel.terminatedAt ?? kernel.createdAt
  const devices = devicesOf(kernel.attachedDevices)
  const stat = (name: string, part: 'current' | 'capacity' | 'stats.max') =>
    lastStatOf(kernel.lastStat, name, part)
  return {
    id: kernel.id,
    session_id: kernel.sessionId,
    container_id: kernel.containerId,
    domain_name: session.domainName,
    group_id: session.groupId,
    group_name: groupName,
    name: session.name,
    access_key: session.accessKey,
    email,
    full_name: fullName,
    agent: kernel.agent,
    cpu_allocated: Number(kernel.occupiedSlots.cpu ?? 0),
    cpu_used: stat('cpu_used', 'current'),
    mem_allocated: Number(kernel.occupiedSlots.mem ?? 0),
    mem_used: stat('mem', 'stats.max'),
    shared_memory: Number(kernel.resourceOpts.shmem ?? 0) || 0,
    disk_allocated: 0,
    disk_used: stat('io_scratch_size', 'stats.max'),
    io_read: stat('io_read', 'current'),
    io_write: stat('io_write', 'current'),
    used_time: durationText(ended.getTime() - kernel.createdAt.getTime()),
    used_days: zonedDay(ended.getTime(), zone) - zonedDay(kernel.createdAt.getTime(), zone) + 1,
    device_type: devices.models,
    smp: devices.smp,
    gpu_mem_allocated: devices.memory,
    gpu_allocated: acceleratorSlots(kernel.occupiedSlots),
    nfs: [...new Set(session.vfolderMounts.map(({ name }) => name))],
    image_id: kernel.image,
    image_name: kernel.image,
    created_at: kernel.createdAt.toISOString(),
    terminated_at: kernel.terminatedAt?.toISOString() ?? null,
    status: kernel.status,
    status_info: kernel.statusInfo,
    status_changed: kernel.statusChanged.toISOString(),
    status_history: kernel.statusHistory,
    cluster_mode: session.clusterMode,
  }
}

export type KernelUsage = ReturnType<typeof kernelUsage>

/** `2 days, 3:04:05`, as these reports have always said it. */
function durationText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const days = Math.floor(seconds / 86_400)
  const two = (value: number) => String(value).padStart(2, '0')
  const clock = `${Math.floor((seconds % 86_400) / 3600)}:${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`
  return days === 0 ? clock : `${days} day${days === 1 ? '' : 's'}, ${clock}`
}
