import type { ContainerUsage } from '../../plugin/kernel-backend.ts'
import { type Metric, metric } from './metric.ts'

/** Turns samples of one kernel into its metrics; remembers what averages and maxima need. */
export interface KernelStats {
  add(usage: ContainerUsage, at: number): Record<string, Metric>
}

export function createKernelStats(memoryLimit: number): KernelStats {
  let first: { usage: ContainerUsage; at: number } | null = null
  let last: { usage: ContainerUsage; at: number } | null = null
  const highest = new Map<string, number>()
  const peak = (name: string, value: number): number => {
    const max = Math.max(highest.get(name) ?? 0, value)
    highest.set(name, max)
    return max
  }

  return {
    add(usage, at) {
      first ??= { usage, at }
      const seconds = last ? Math.max((at - last.at) / 1_000, 0.001) : 0
      const rate = (name: keyof ContainerUsage) =>
        last && seconds > 0 ? Math.max(0, usage[name] - last.usage[name]) / seconds : 0
      const cpuRate = rate('cpuUsedMs')
      const lifetime = (at - first.at) / 1_000
      const average = lifetime > 0 ? (usage.cpuUsedMs - first.usage.cpuUsedMs) / lifetime : 0
      const traffic = (name: 'netRxBytes' | 'netTxBytes') =>
        metric({ current: rate(name), capacity: null, unitHint: 'bps', stats: { rate: rate(name) } })
      const io = (name: 'ioReadBytes' | 'ioWriteBytes') =>
        metric({ current: usage[name], capacity: null, unitHint: 'bytes', stats: { rate: rate(name) } })
      const metrics: Record<string, Metric> = {
        cpu_util: metric({
          current: cpuRate,
          capacity: 1_000,
          unitHint: 'percent',
          stats: { avg: average, max: peak('cpu_util', cpuRate) },
        }),
        cpu_used: metric({ current: usage.cpuUsedMs, capacity: null, unitHint: 'msec' }),
        mem: metric({
          current: usage.memoryBytes,
          capacity: memoryLimit,
          unitHint: 'bytes',
          stats: { max: peak('mem', usage.memoryBytes) },
        }),
        net_rx: traffic('netRxBytes'),
        net_tx: traffic('netTxBytes'),
        io_read: io('ioReadBytes'),
        io_write: io('ioWriteBytes'),
        io_scratch_size: metric({ current: 0, capacity: null, unitHint: 'bytes', stats: { max: 0 } }),
      }
      last = { usage, at }
      return metrics
    },
  }
}
