import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeDurably } from '../../files/write-durably.ts'
import { read } from './proc.ts'

/** What is kept of a native process that plays a container: `<dir>/<container id>/{record.json,exit,log}`. */
export interface ProcessRecord {
  containerId: string
  kernelId: string
  sessionId: string
  labels: Record<string, string>
  /** Null: the kernel shares the agent's user. */
  uid: number | null
  cgroup: boolean
  /** The supervising shell; null until it is started. */
  pid: number | null
  /** /proc start time of that pid, so that a reused number is not mistaken for it. */
  startTime: string | null
}

export interface ContainerFolders {
  exitPath(containerId: string): string
  logPath(containerId: string): string
  /** Appears when the folders of the kernel are mounted. */
  mountedPath(containerId: string): string
  save(record: ProcessRecord): Promise<void>
  load(containerId: string): Promise<ProcessRecord | null>
  list(): Promise<ProcessRecord[]>
  remove(containerId: string): Promise<void>
  /** The code that the supervising shell left; null while there is none. */
  exitCode(containerId: string): number | null
}

export async function openContainerFolders(dir: string): Promise<ContainerFolders> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const at = (containerId: string, name: string) => join(dir, containerId, name)
  const load = async (containerId: string): Promise<ProcessRecord | null> => {
    if (!/^[\w.-]+$/.test(containerId)) return null
    const text = await readFile(at(containerId, 'record.json'), 'utf8').catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null
        throw error
      },
    )
    return text === null ? null : (JSON.parse(text) as ProcessRecord)
  }
  // A folder without a record is one whose making was cut off before anything was started.
  for (const name of await readdir(dir)) {
    if ((await load(name)) === null) await rm(join(dir, name), { recursive: true, force: true })
  }
  return {
    exitPath: (containerId) => at(containerId, 'exit'),
    logPath: (containerId) => at(containerId, 'log'),
    mountedPath: (containerId) => at(containerId, 'mounted'),
    load,
    async save(record) {
      await mkdir(join(dir, record.containerId), { recursive: true, mode: 0o700 })
      await writeDurably(at(record.containerId, 'record.json'), JSON.stringify(record))
    },
    async list() {
      const records = await Promise.all((await readdir(dir)).map(load))
      return records.filter((record) => record !== null)
    },
    async remove(containerId) {
      // The record goes last: what is half removed is found again.
      await rm(at(containerId, 'log'), { force: true })
      await rm(join(dir, containerId), { recursive: true, force: true })
    },
    exitCode(containerId) {
      const text = read(at(containerId, 'exit'))?.trim() ?? ''
      return /^\d+$/.test(text) ? Number(text) : null
    },
  }
}
