import { readdir, readFile, readlink } from 'node:fs/promises'

export interface PortOwner {
  pid: number
  /** Its command line, shortened. */
  command: string
}

const LISTEN = '0A'

/** The process that listens on a TCP port of this host; null when it cannot be told (no /proc, another user's). */
export async function portOwner(port: number): Promise<PortOwner | null> {
  const inodes = new Set<string>()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const inode of await listeningInodes(table, port)) inodes.add(inode)
  }
  if (inodes.size === 0) return null
  for (const entry of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(entry) || !(await holdsSocket(entry, inodes))) continue
    const raw = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '')
    return { pid: Number(entry), command: raw.replaceAll('\0', ' ').trim().slice(0, 120) }
  }
  return null
}

async function listeningInodes(table: string, port: number): Promise<string[]> {
  const content = await readFile(table, 'utf8').catch(() => '')
  return content.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/)
    const [, local = '', , state] = fields
    const isOurs = state === LISTEN && Number.parseInt(local.split(':')[1] ?? '', 16) === port
    return isOurs && fields[9] ? [fields[9]] : []
  })
}

async function holdsSocket(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
    const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1]
    if (inode && inodes.has(inode)) return true
  }
  return false
}
