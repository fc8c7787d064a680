import { and, asc, eq, gte, inArray, lt } from 'drizzle-orm'
import { Problem } from '../../../core/problem.ts'
import { zonedMidnight } from '../../../lib/zoned-midnight.ts'
import type { ManagerPorts } from '../../context.ts'
import { type KernelUsage, kernelUsage } from './kernel-usage.ts'

type Ports = Pick<ManagerPorts, 'store' | 'config'>

export interface Day {
  year: number
  month: number
  day: number
}

/** Containers that ended at `from` or later and began before `to`, by project; null: of all projects. */
export async function usageReport(ports: Ports, from: Day, to: Day, groupIds: readonly string[] | null) {
  const { store, config } = ports
  const zone = (await config.get('config/system/timezone')) ?? 'UTC'
  const { kernels, sessions, groups, users } = store.tables
  if (groupIds !== null && groupIds.length === 0) return []
  const rows = await store.db
    .select({
      session: {
        name: sessions.name,
        accessKey: sessions.accessKey,
        domainName: sessions.domainName,
        groupId: sessions.groupId,
        vfolderMounts: sessions.vfolderMounts,
        clusterMode: sessions.clusterMode,
      },
      kernel: {
        id: kernels.id,
        sessionId: kernels.sessionId,
        containerId: kernels.containerId,
        image: kernels.image,
        agent: kernels.agent,
        occupiedSlots: kernels.occupiedSlots,
        resourceOpts: kernels.resourceOpts,
        attachedDevices: kernels.attachedDevices,
        lastStat: kernels.lastStat,
        status: kernels.status,
        statusInfo: kernels.statusInfo,
        statusChanged: kernels.statusChanged,
        statusHistory: kernels.statusHistory,
        createdAt: kernels.createdAt,
        terminatedAt: kernels.terminatedAt,
      },
      groupName: groups.name,
      email: users.email,
      fullName: users.fullName,
    })
    .from(kernels)
    .innerJoin(sessions, eq(kernels.sessionId, sessions.id))
    .leftJoin(groups, eq(sessions.groupId, groups.id))
    .leftJoin(users, eq(sessions.userUuid, users.uuid))
    .where(
      and(
        eq(kernels.status, 'TERMINATED'),
        gte(kernels.terminatedAt, midnight(from, zone)),
        lt(kernels.createdAt, midnight(to, zone)),
        groupIds === null ? undefined : inArray(sessions.groupId, [...groupIds]),
      ),
    )
    .orderBy(asc(kernels.terminatedAt), asc(kernels.id))
  const usages = rows.map((row) => kernelUsage(row, zone))
  return [...Map.groupBy(usages, ({ group_id }) => group_id).values()].map(projectUsage)
}

function midnight(day: Day, zone: string): Date {
  try {
    return new Date(zonedMidnight(day, zone))
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new Problem('server-misconfigured', { msg: `config/system/timezone: ${cause.message}`, cause })
  }
}

function projectUsage(infos: KernelUsage[]) {
  const [first] = infos
  const sum = (key: SummedKey) => infos.reduce((total, info) => total + info[key], 0)
  return {
    domain_name: first?.domain_name ?? '',
    g_id: first?.group_id ?? '',
    g_name: first?.group_name ?? null,
    g_cpu_allocated: sum('cpu_allocated'),
    g_cpu_used: sum('cpu_used'),
    g_mem_allocated: sum('mem_allocated'),
    g_mem_used: sum('mem_used'),
    g_shared_memory: sum('shared_memory'),
    g_disk_allocated: sum('disk_allocated'),
    g_disk_used: sum('disk_used'),
    g_io_read: sum('io_read'),
    g_io_write: sum('io_write'),
    g_device_type: [...new Set(infos.flatMap((info) => info.device_type))],
    g_smp: sum('smp'),
    g_gpu_mem_allocated: sum('gpu_mem_allocated'),
    g_gpu_allocated: sum('gpu_allocated'),
    c_infos: infos,
  }
}

type SummedKey = {
  [Key in keyof KernelUsage]: KernelUsage[Key] extends number ? Key : never
}[keyof KernelUsage]
