import type { Connection } from '../connection.ts'

/** What one project used. Memory in bytes, processor time in milliseconds. */
export interface ProjectUsage {
  g_id: string
  g_name: string
  domain_name: string
  g_smp: number
  g_mem_allocated: number
  g_cpu_used: number
  g_mem_used: number
  g_io_read: number
  g_io_write: number
  g_device_type: string[]
  c_infos: ContainerUsage[]
  [more: string]: unknown
}

export interface ContainerUsage {
  name: string
  access_key: string
  image_name: string
  used_days: number | null
  created_at: string
  terminated_at: string | null
  smp: number
  mem_allocated: number
  io_read: number
  io_write: number
  nfs: string[] | string | null
  device_type: string[]
  [more: string]: unknown
}

/** One time slot: metric → `{value, unit_hint}`, beside its `date`. */
export type UsageSlot = Record<string, unknown>

/** What was used by whom; superadmins only, but for `statistics('user')`. */
export interface Usage {
  /** `yyyymm`; of all projects by default. */
  perMonth(month: string, groupIds?: readonly string[]): Promise<ProjectUsage[]>
  /** Dates are `yyyymmdd`. */
  perPeriod(groupId: string | undefined, startDate: string, endDate: string): Promise<ProjectUsage[]>
  /** The last 30 days in slots of 15 minutes: of the caller, or of everybody. */
  statistics(of: 'user' | 'admin'): Promise<UsageSlot[]>
  /** Counts anew what sessions occupy. */
  recalculate(): Promise<void>
}

export const createUsage = (connection: Connection): Usage => ({
  perMonth: (month, groupIds) =>
    connection.json({
      method: 'GET',
      path: ['resource', 'usage', 'month'],
      query: { month, group_ids: groupIds?.length ? groupIds : undefined },
    }),
  perPeriod: (groupId, startDate, endDate) =>
    connection.json({
      method: 'GET',
      path: ['resource', 'usage', 'period'],
      query: { group_id: groupId, start_date: startDate, end_date: endDate },
    }),
  statistics: (of) => connection.json({ method: 'GET', path: ['resource', 'stats', of, 'month'] }),
  async recalculate() {
    await connection.send({ method: 'POST', path: ['resource', 'recalculate-usage'], isIdempotent: true })
  },
})
