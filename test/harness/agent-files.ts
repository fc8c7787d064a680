import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** What an agent keeps of a kernel, as far as tests look at it. */
export interface KernelNote {
  kernelId: string
  uid: number
  hostPorts: number[]
  endReason: string | null
}

/** Where an agent of this data directory keeps what belongs to kernels. */
export interface AgentFiles {
  /** Kernel records, `<kernel id>.json`. */
  records: string
  /** The journal of reports that no manager has stored yet. */
  reports: string
  scratches: string
  /** Native processes that play containers, `<kernel id>.<random>`. */
  containers: string
  /** Folders of runner sockets; the first that exists counts. */
  links: string[]
}

export function agentFiles(dataDir: string): AgentFiles {
  const fingerprint = createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 8)
  return {
    records: join(dataDir, 'agent/kernels'),
    reports: join(dataDir, 'agent/reports'),
    scratches: join(dataDir, 'scratches'),
    containers: join(dataDir, 'process-kernels'),
    links: [
      join(dataDir, 'ipc', fingerprint),
      join(tmpdir(), `backendai-ipc-${process.getuid?.() ?? 0}`, fingerprint),
    ],
  }
}

export const entriesOf = (path: string): string[] => {
  try {
    return readdirSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** Null where the agent keeps none. */
export function noteOf(files: AgentFiles, kernelId: string): KernelNote | null {
  const path = join(files.records, `${kernelId}.json`)
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as KernelNote
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Lines `CPU_SHARES=0:1,…` of a kernel's resource.txt but memory, which kernels share: slot and device. */
export function devicesOf(files: AgentFiles, kernelId: string): string[] {
  const path = join(files.scratches, kernelId, 'config/resource.txt')
  if (!existsSync(path)) return []
  return [...readFileSync(path, 'utf8').matchAll(/^(\w+)_SHARES=(.*)$/gm)]
    .filter(([, slot]) => slot !== 'MEM')
    .flatMap(([, slot, shares = '']) => shares.split(',').map((share) => `${slot} ${share.split(':')[0]}`))
}
