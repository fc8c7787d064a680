import { readdir, readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { fromInteger } from '../../core/amount.ts'
import { AgentError } from '../agent-error.ts'
import type { ComputeUnit } from '../allocator/compute-unit.ts'

export interface HostUnitOptions {
  reservedCpu: number
  /** Bytes. */
  reservedMem: bigint
  /** A core counts this often. */
  cpuOvercommit: number
  memOvercommit: number
}

export interface HostFacts {
  /** Cores that this process may use, with their NUMA node. */
  cores: { id: number; numaNode: number | null }[]
  memoryBytes: bigint
}

/** The `cpu` and `mem` of this machine as devices (agent-kernel.md §8). */
export function hostUnits(facts: HostFacts, options: HostUnitOptions): ComputeUnit[] {
  // The first cores stay with the host, as in the original: its interrupts land there.
  const cores = facts.cores.slice(options.reservedCpu)
  const memory = facts.memoryBytes - options.reservedMem
  if (cores.length === 0) {
    throw new AgentError(
      'ResourceInitError',
      `reserved-cpu ${options.reservedCpu} leaves none of ${facts.cores.length} cores`,
    )
  }
  if (memory <= 0n) {
    throw new AgentError(
      'ResourceInitError',
      `reserved-mem ${options.reservedMem} leaves nothing of ${facts.memoryBytes} bytes`,
    )
  }
  const perCore = fromInteger(Math.max(1, Math.floor(options.cpuOvercommit)))
  const total = fromInteger(BigInt(Math.floor(Number(memory) * options.memOvercommit)))
  return [
    {
      key: 'cpu',
      slotTypes: { cpu: 'count' },
      exclusiveSlotTypes: [],
      strategyOf: () => 'evenly',
      quantumOf: () => null,
      devices: cores.map(({ id, numaNode }) => ({ id: String(id), numaNode, capacity: { cpu: perCore } })),
    },
    {
      key: 'mem',
      slotTypes: { mem: 'bytes' },
      exclusiveSlotTypes: [],
      strategyOf: () => 'fill',
      quantumOf: () => null,
      devices: [{ id: 'root', numaNode: null, capacity: { mem: total } }],
    },
  ]
}

export async function readHostFacts(): Promise<HostFacts> {
  const [status, meminfo, nodes] = await Promise.all([
    readFile('/proc/self/status', 'utf8').catch(() => ''),
    readFile('/proc/meminfo', 'utf8'),
    numaNodes(),
  ])
  const listed = /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1]
  const ids = listed ? parseCpuList(listed) : Array.from({ length: availableParallelism() }, (_, i) => i)
  const kib = /^MemTotal:\s*(\d+)/m.exec(meminfo)?.[1]
  if (kib === undefined) throw new AgentError('ResourceInitError', '/proc/meminfo has no MemTotal')
  return {
    cores: ids.map((id) => ({ id, numaNode: nodes.get(id) ?? null })),
    memoryBytes: BigInt(kib) * 1024n,
  }
}

/** Reads the kernel's list form, `0-3,8`. */
export const parseCpuList = (text: string): number[] =>
  text
    .trim()
    .split(',')
    .filter(Boolean)
    .flatMap((part) => {
      const [first = 0, last = first] = part.split('-').map(Number)
      return Array.from({ length: last - first + 1 }, (_, i) => first + i)
    })

async function numaNodes(): Promise<Map<number, number>> {
  const root = '/sys/devices/system/node'
  const names = await readdir(root).catch(() => [] as string[])
  const result = new Map<number, number>()
  for (const name of names) {
    const node = /^node(\d+)$/.exec(name)?.[1]
    if (node === undefined) continue
    const list = await readFile(`${root}/${name}/cpulist`, 'utf8').catch(() => '')
    for (const core of parseCpuList(list)) result.set(core, Number(node))
  }
  return result
}
