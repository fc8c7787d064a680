import { readFile, statfs } from 'node:fs/promises'
import { type Metric, metric } from './metric.ts'

/** Metrics of the whole node and of its devices. */
export interface NodeSample {
  node: Record<string, Metric>
  devices: Record<string, Record<string, Metric>>
}

export interface NodeStats {
  sample(at: number): Promise<NodeSample>
}

interface Counters {
  at: number
  /** Core → busy milliseconds. */
  cores: Map<string, number>
  received: number
  sent: number
}

/** Milliseconds per clock tick of /proc/stat: the kernel reports 100 a second on every architecture that we build for. */
const TICK_MS = 10

/** @param diskPath a folder on the file system that kernels write to */
export function createNodeStats(diskPath: string): NodeStats {
  let last: Counters | null = null
  return {
    async sample(at) {
      const [now, memory, disk] = await Promise.all([readCounters(at), readMemory(), statfs(diskPath)])
      const interval = last ? Math.max(now.at - last.at, 1) : 0
      const cores = [...now.cores].map(([core, busy]): [string, number] => [
        core,
        last ? Math.max(0, busy - (last.cores.get(core) ?? busy)) : 0,
      ])
      const busy = cores.reduce((sum, [, ms]) => sum + ms, 0)
      const perSecond = (current: number, before: number | undefined) =>
        interval > 0 && before !== undefined ? (Math.max(0, current - before) * 1_000) / interval : 0
      const rx = perSecond(now.received, last?.received)
      const tx = perSecond(now.sent, last?.sent)
      const diskTotal = disk.blocks * disk.bsize
      const usedMemory = metric({
        current: memory.used,
        capacity: memory.total,
        unitHint: 'bytes',
        stats: { max: memory.used },
      })
      const usedDisk = metric({
        current: diskTotal - disk.bfree * disk.bsize,
        capacity: diskTotal,
        unitHint: 'bytes',
      })
      const bps = (value: number) =>
        metric({ current: value, capacity: null, unitHint: 'bps', stats: { rate: value } })
      last = now
      return {
        node: {
          cpu_util: metric({ current: busy, capacity: interval * cores.length, unitHint: 'msec' }),
          mem: usedMemory,
          disk: usedDisk,
          net_rx: bps(rx),
          net_tx: bps(tx),
        },
        devices: {
          // Of a device, the official client can show bytes, Celsius, bps and pct only.
          cpu_util: Object.fromEntries(
            cores.map(([core, ms]) => [core, metric({ current: ms, capacity: interval, unitHint: 'pct' })]),
          ),
          mem: { root: usedMemory },
          disk: { [diskPath]: usedDisk },
          net_rx: { node: bps(rx) },
          net_tx: { node: bps(tx) },
        },
      }
    },
  }
}

async function readCounters(at: number): Promise<Counters> {
  const [stat, net] = await Promise.all([
    readFile('/proc/stat', 'utf8'),
    readFile('/proc/net/dev', 'utf8').catch(() => ''),
  ])
  const cores = new Map<string, number>()
  for (const line of stat.split('\n')) {
    const [name = '', user, nice, system, , , irq, softirq, steal] = line.split(/\s+/)
    const core = /^cpu(\d+)$/.exec(name)?.[1]
    if (core === undefined) continue
    const ticks = [user, nice, system, irq, softirq, steal].reduce((sum, text) => sum + Number(text ?? 0), 0)
    cores.set(core, ticks * TICK_MS)
  }
  let received = 0
  let sent = 0
  for (const line of net.split('\n')) {
    const match = /^\s*([^:\s]+):\s*(.*)$/.exec(line)
    if (!match || match[1] === 'lo') continue
    const fields = (match[2] ?? '').split(/\s+/).map(Number)
    received += fields[0] ?? 0
    sent += fields[8] ?? 0
  }
  return { at, cores, received, sent }
}

async function readMemory(): Promise<{ used: number; total: number }> {
  const text = await readFile('/proc/meminfo', 'utf8')
  const kib = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(text)?.[1] ?? 0)
  const total = kib('MemTotal') * 1_024
  return { total, used: total - kib('MemAvailable') * 1_024 }
}
