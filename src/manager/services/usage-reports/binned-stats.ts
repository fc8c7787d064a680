import { and, eq, gte, lt } from 'drizzle-orm'
import type { ManagerPorts } from '../../context.ts'
import type { KernelRow } from '../rows.ts'
import { acceleratorSlots, lastStatOf } from './kernel-usage.ts'

const BIN_MS = 15 * 60_000
const BINS = 30 * 96

interface Bin {
  sessions: number
  cpu: number
  mem: number
  accelerators: number
  read: number
  written: number
  disk: number
}

type Sample = Pick<KernelRow, 'createdAt' | 'terminatedAt' | 'occupiedSlots' | 'lastStat' | 'clusterRole'>

/** What ended sessions used over the last 30 days, in bins of 15 minutes; of one user, or null: of all. */
export async function binnedStats(
  { store, clock }: Pick<ManagerPorts, 'store' | 'clock'>,
  userUuid: string | null,
) {
  const end = clock.now()
  const start = end - BINS * BIN_MS
  const { kernels, sessions } = store.tables
  const rows = await store.db
    .select({
      createdAt: kernels.createdAt,
      terminatedAt: kernels.terminatedAt,
      occupiedSlots: kernels.occupiedSlots,
      lastStat: kernels.lastStat,
      clusterRole: kernels.clusterRole,
    })
    .from(kernels)
    .innerJoin(sessions, eq(kernels.sessionId, sessions.id))
    .where(
      and(
        eq(kernels.status, 'TERMINATED'),
        gte(kernels.terminatedAt, new Date(start)),
        lt(kernels.createdAt, new Date(end)),
        userUuid === null ? undefined : eq(sessions.userUuid, userUuid),
      ),
    )
  return fillBins(rows, start).map((bin, index) => shown(bin, start + index * BIN_MS))
}

/** Allocations count in each bin that a kernel touches; bytes read and written are spread over them evenly. */
function fillBins(rows: readonly Sample[], start: number): Bin[] {
  const empty = { sessions: 0, cpu: 0, mem: 0, accelerators: 0, read: 0, written: 0, disk: 0 }
  const bins: Bin[] = Array.from({ length: BINS }, () => ({ ...empty }))
  for (const row of rows) {
    const ended = row.terminatedAt ?? row.createdAt
    const first = Math.floor((row.createdAt.getTime() - start) / BIN_MS)
    const last = Math.max(first, Math.floor((ended.getTime() - 1 - start) / BIN_MS))
    const share = 1 / (last - first + 1)
    const stat = (name: string, part: 'current' | 'stats.max') => lastStatOf(row.lastStat, name, part)
    const [read, written] = [stat('io_read', 'current') * share, stat('io_write', 'current') * share]
    for (const bin of bins.slice(Math.max(0, first), last + 1)) {
      bin.sessions += row.clusterRole === 'main' ? 1 : 0
      bin.cpu += Number(row.occupiedSlots.cpu ?? 0)
      bin.mem += Number(row.occupiedSlots.mem ?? 0)
      bin.accelerators += acceleratorSlots(row.occupiedSlots)
      bin.read += read
      bin.written += written
      bin.disk += stat('io_scratch_size', 'stats.max')
    }
  }
  return bins
}

const shown = (bin: Bin, at: number) => ({
  date: at / 1000,
  num_sessions: { value: bin.sessions, unit_hint: 'count' },
  cpu_allocated: { value: bin.cpu, unit_hint: 'count' },
  mem_allocated: { value: bin.mem, unit_hint: 'bytes' },
  gpu_allocated: { value: bin.accelerators, unit_hint: 'count' },
  io_read_bytes: { value: Math.round(bin.read), unit_hint: 'bytes' },
  io_write_bytes: { value: Math.round(bin.written), unit_hint: 'bytes' },
  disk_used: { value: bin.disk, unit_hint: 'bytes' },
})
