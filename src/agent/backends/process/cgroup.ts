import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { read } from './proc.ts'

/** Control groups of one kernel: a memory limit, a list of its processes that none can leave, and its usage. */
export interface KernelCgroup {
  /** Files that take the pid of a process that is to join. */
  joinFiles: string[]
  pids(): number[]
  usage(): { cpuUsedMs: number; memoryBytes: number } | null
  wasOutOfMemory(): boolean
  remove(): void
}

export interface Cgroups {
  create(name: string, memoryBytes: bigint): KernelCgroup
  /** One that exists already, also from an earlier life. */
  open(name: string): KernelCgroup
}

const ROOT = '/sys/fs/cgroup'
const FAMILY = 'backendai'
const V1_CONTROLLERS = ['memory', 'cpuacct', 'pids'] as const

/** Null where this process may not make control groups. */
export function findCgroups(root = ROOT): Cgroups | null {
  try {
    if (existsSync(join(root, 'cgroup.controllers'))) return openV2(root)
    accessSync(join(root, 'memory/cgroup.procs'), constants.W_OK)
    for (const controller of V1_CONTROLLERS) mkdirSync(join(root, controller, FAMILY), { recursive: true })
    return openV1(root)
  } catch {
    return null
  }
}

function openV2(root: string): Cgroups {
  const family = join(root, FAMILY)
  writeFileSync(join(root, 'cgroup.subtree_control'), '+memory +cpu +pids')
  mkdirSync(family, { recursive: true })
  writeFileSync(join(family, 'cgroup.subtree_control'), '+memory +cpu +pids')
  const open = (name: string): KernelCgroup => {
    const path = join(family, name)
    return {
      joinFiles: [join(path, 'cgroup.procs')],
      pids: () => pidsOf(path),
      usage() {
        const micros = fieldOf(join(path, 'cpu.stat'), 'usage_usec')
        const memory = read(join(path, 'memory.current'))
        if (micros === null || memory === null) return null
        const inactive = fieldOf(join(path, 'memory.stat'), 'inactive_file') ?? 0
        return { cpuUsedMs: micros / 1_000, memoryBytes: Math.max(0, Number(memory) - inactive) }
      },
      wasOutOfMemory: () => (fieldOf(join(path, 'memory.events'), 'oom_kill') ?? 0) > 0,
      remove: () => removeGroup(path),
    }
  }
  return {
    open,
    create(name, memoryBytes) {
      const path = join(family, name)
      mkdirSync(path, { recursive: true })
      writeFileSync(join(path, 'memory.max'), String(memoryBytes))
      return open(name)
    },
  }
}

function openV1(root: string): Cgroups {
  const pathOf = (controller: (typeof V1_CONTROLLERS)[number], name: string) =>
    join(root, controller, FAMILY, name)
  const open = (name: string): KernelCgroup => {
    const memory = pathOf('memory', name)
    return {
      joinFiles: V1_CONTROLLERS.map((controller) => join(pathOf(controller, name), 'cgroup.procs')),
      pids: () => pidsOf(memory),
      usage() {
        const nanos = read(join(pathOf('cpuacct', name), 'cpuacct.usage'))
        const used = read(join(memory, 'memory.usage_in_bytes'))
        if (nanos === null || used === null) return null
        const inactive = fieldOf(join(memory, 'memory.stat'), 'total_inactive_file') ?? 0
        return { cpuUsedMs: Number(nanos) / 1e6, memoryBytes: Math.max(0, Number(used) - inactive) }
      },
      wasOutOfMemory: () => (fieldOf(join(memory, 'memory.oom_control'), 'oom_kill') ?? 0) > 0,
      remove: () => {
        for (const controller of V1_CONTROLLERS) removeGroup(pathOf(controller, name))
      },
    }
  }
  return {
    open,
    create(name, memoryBytes) {
      for (const controller of V1_CONTROLLERS) mkdirSync(pathOf(controller, name), { recursive: true })
      writeFileSync(join(pathOf('memory', name), 'memory.limit_in_bytes'), String(memoryBytes))
      return open(name)
    },
  }
}

function pidsOf(path: string): number[] {
  const own = (read(join(path, 'cgroup.procs')) ?? '').split('\n').filter(Boolean).map(Number)
  // A process may have made groups of its own below ours.
  return [...own, ...childrenOf(path).flatMap(pidsOf)]
}

function removeGroup(path: string): void {
  for (const child of childrenOf(path)) removeGroup(child)
  try {
    rmdirSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

function childrenOf(path: string): string[] {
  if (!existsSync(path)) return []
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(path, name))
}

function fieldOf(path: string, name: string): number | null {
  const value = new RegExp(`^${name} (\\d+)$`, 'm').exec(read(path) ?? '')?.[1]
  return value === undefined ? null : Number(value)
}
