import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type Docker from 'dockerode'
import type { ContainerUsage } from '../../../plugin/kernel-backend.ts'

/**
 * Usage of containers from control group files where the engine is local (a few reads instead of a slow API call), else
 * from the engine's one-shot statistics.
 */
export function createEngineUsage(docker: Docker): {
  read(containerId: string): Promise<ContainerUsage | null>
  forget(containerId: string): void
} {
  const pids = new Map<string, number>()
  const pidOf = async (containerId: string): Promise<number | null> => {
    const known = pids.get(containerId)
    if (known !== undefined) return known
    const { State } = await docker.getContainer(containerId).inspect()
    if (!State.Running || State.Pid === 0) return null
    pids.set(containerId, State.Pid)
    return State.Pid
  }
  return {
    forget: (containerId) => void pids.delete(containerId),
    async read(containerId) {
      const pid = await pidOf(containerId)
      if (pid === null) return null
      return (await fromCgroup(containerId, pid)) ?? fromEngine(docker, containerId)
    },
  }
}

async function fromCgroup(containerId: string, pid: number): Promise<ContainerUsage | null> {
  const groups = await text(`/proc/${pid}/cgroup`)
  // A remote engine's pid means nothing here; the group's name holds the container's id.
  if (!groups?.includes(containerId)) return null
  const net = parseNetDev((await text(`/proc/${pid}/net/dev`)) ?? '')
  const unified = /^0::(\/.*)$/m.exec(groups)?.[1]
  if (unified?.includes(containerId)) {
    const dir = join('/sys/fs/cgroup', unified)
    const [cpu, memory, stat, io] = await Promise.all([
      text(join(dir, 'cpu.stat')),
      text(join(dir, 'memory.current')),
      text(join(dir, 'memory.stat')),
      text(join(dir, 'io.stat')),
    ])
    if (cpu === null || memory === null) return null
    return {
      cpuUsedMs: field(cpu, 'usage_usec') / 1_000,
      memoryBytes: Math.max(0, Number(memory) - field(stat ?? '', 'inactive_file')),
      ...net,
      ioReadBytes: sumMatches(io ?? '', /rbytes=(\d+)/g),
      ioWriteBytes: sumMatches(io ?? '', /wbytes=(\d+)/g),
    }
  }
  const groupOf = (controller: string) =>
    new RegExp(`^\\d+:(?:[^:]*,)?${controller}(?:,[^:]*)?:(/.*)$`, 'm').exec(groups)?.[1] ?? ''
  const dirOf = (controller: string) => join('/sys/fs/cgroup', controller, groupOf(controller))
  const [cpu, memory, stat, io] = await Promise.all([
    text(join(dirOf('cpuacct'), 'cpuacct.usage')),
    text(join(dirOf('memory'), 'memory.usage_in_bytes')),
    text(join(dirOf('memory'), 'memory.stat')),
    text(join(dirOf('blkio'), 'blkio.throttle.io_service_bytes')),
  ])
  if (cpu === null || memory === null) return null
  return {
    cpuUsedMs: Number(cpu) / 1e6,
    memoryBytes: Math.max(0, Number(memory) - field(stat ?? '', 'total_inactive_file')),
    ...net,
    ioReadBytes: sumMatches(io ?? '', / Read (\d+)/g),
    ioWriteBytes: sumMatches(io ?? '', / Write (\d+)/g),
  }
}

async function fromEngine(docker: Docker, containerId: string): Promise<ContainerUsage> {
  const stats = await docker.getContainer(containerId).stats({ stream: false, 'one-shot': true })
  const networks = Object.values(stats.networks ?? {})
  const io = stats.blkio_stats?.io_service_bytes_recursive ?? []
  const bytes = (op: string) =>
    io.filter((entry) => entry.op.toLowerCase() === op).reduce((sum, { value }) => sum + value, 0)
  return {
    cpuUsedMs: stats.cpu_stats.cpu_usage.total_usage / 1e6,
    memoryBytes: Math.max(
      0,
      (stats.memory_stats.usage ?? 0) - (stats.memory_stats.stats?.inactive_file ?? 0),
    ),
    netRxBytes: networks.reduce((sum, { rx_bytes }) => sum + rx_bytes, 0),
    netTxBytes: networks.reduce((sum, { tx_bytes }) => sum + tx_bytes, 0),
    ioReadBytes: bytes('read'),
    ioWriteBytes: bytes('write'),
  }
}

function parseNetDev(table: string): { netRxBytes: number; netTxBytes: number } {
  let netRxBytes = 0
  let netTxBytes = 0
  for (const line of table.split('\n')) {
    const match = /^\s*([^:\s]+):\s*(.*)$/.exec(line)
    if (!match || match[1] === 'lo') continue
    const numbers = (match[2] ?? '').split(/\s+/).map(Number)
    netRxBytes += numbers[0] ?? 0
    netTxBytes += numbers[8] ?? 0
  }
  return { netRxBytes, netTxBytes }
}

const field = (content: string, name: string): number =>
  Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(content)?.[1] ?? 0)

const sumMatches = (content: string, pattern: RegExp): number =>
  [...content.matchAll(pattern)].reduce((sum, match) => sum + Number(match[1] ?? 0), 0)

const text = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null)
