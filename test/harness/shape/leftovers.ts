import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import Docker from 'dockerode'
import { startOf } from '../alive.ts'
import { engineAddress } from '../engine-address.ts'

export interface Leftover {
  what: string
  remove(): Promise<void>
}

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

const link = (path: string): string => {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

/** Processes, other than this one, that name the directory in their command, environment or working directory. */
export function processesOf(directory: string): { pid: number; command: string }[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid && startOf(pid) !== null)
    .filter((pid) => {
      const at = `/proc/${pid}`
      const texts = [read(`${at}/cmdline`), read(`${at}/environ`), link(`${at}/cwd`), link(`${at}/exe`)]
      return texts.some((text) => text.includes(directory))
    })
    .map((pid) => ({ pid, command: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').slice(0, 200) }))
}

/** Everything that a shape with its files in `directory` has running. */
export async function leftoversOf(directory: string, dockerHost: string | null): Promise<Leftover[]> {
  const processes = processesOf(directory).map(({ pid, command }) => ({
    what: `process ${pid}: ${command}`,
    remove: async () => {
      process.kill(pid, 'SIGKILL')
    },
  }))
  return dockerHost === null ? processes : [...processes, ...(await containersOf(directory, dockerHost))]
}

async function containersOf(directory: string, host: string): Promise<Leftover[]> {
  const { socketPath, url } = engineAddress(host)
  const docker =
    socketPath === null
      ? new Docker({ host: new URL(url).hostname, port: new URL(url).port })
      : new Docker({ socketPath })
  const containers = await docker.listContainers({ all: true })
  return containers
    .filter(({ Mounts }) => Mounts.some(({ Source }) => Source?.startsWith(directory)))
    .map(({ Id, Names }) => ({
      what: `container ${Names.join(' ')}`,
      remove: async () => {
        await docker.getContainer(Id).remove({ force: true, v: true })
      },
    }))
}

/** Removes what was left, then complains about it. */
export async function expectNothingLeft(directory: string, dockerHost: string | null): Promise<void> {
  const left = await leftoversOf(directory, dockerHost)
  for (const one of left) await one.remove().catch(() => {})
  if (left.length > 0) throw new Error(`left behind:\n${left.map(({ what }) => what).join('\n')}`)
}
