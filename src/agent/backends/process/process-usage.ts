import type { ContainerUsage } from '../../../plugin/kernel-backend.ts'
import type { KernelCgroup } from './cgroup.ts'
import { type ProcessStat, read } from './proc.ts'

const TICK_MS = 10

/** Usage of a kernel's processes: exact from its control group, else summed over what lives now. */
export function usageOf(members: readonly ProcessStat[], cgroup: KernelCgroup | null): ContainerUsage {
  const measured = cgroup?.usage() ?? {
    cpuUsedMs: members.reduce((sum, { ticks, childTicks }) => sum + (ticks + childTicks) * TICK_MS, 0),
    memoryBytes: members.reduce((sum, { residentBytes }) => sum + residentBytes, 0),
  }
  const io = members.map(({ pid }) => read(`/proc/${pid}/io`) ?? '')
  const total = (name: string) =>
    io.reduce((sum, text) => sum + Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(text)?.[1] ?? 0), 0)
  return {
    ...measured,
    // The network is the host's own; nothing tells the kernels' shares apart.
    netRxBytes: 0,
    netTxBytes: 0,
    ioReadBytes: total('read_bytes'),
    ioWriteBytes: total('write_bytes'),
  }
}
