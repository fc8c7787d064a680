import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

export interface SeenProcess {
  pid: number
  uid: number
  command: string
  environ: string
  cwd: string
}

const text = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

const target = (path: string): string => {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

/** Every process of this machine but this one; corpses are none. */
export function seenProcesses(): SeenProcess[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid)
    .flatMap((pid) => {
      const status = text(`/proc/${pid}/status`)
      if (status === '' || /^State:\s+[ZX]/m.test(status)) return []
      return {
        pid,
        uid: Number(/^Uid:\s+(\d+)/m.exec(status)?.[1] ?? -1),
        command: text(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim(),
        environ: text(`/proc/${pid}/environ`),
        cwd: target(`/proc/${pid}/cwd`),
      }
    })
}

const LISTEN = '0A'

/** TCP ports that anybody on this machine listens on. */
export function listeningPorts(): number[] {
  const rows = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((path) => text(path).split('\n').slice(1))
  return rows.flatMap((row) => {
    const [, local = '', , state] = row.trim().split(/\s+/)
    return state === LISTEN ? [Number.parseInt(local.split(':').at(-1) ?? '', 16)] : []
  })
}

/** Paths of Unix sockets that anybody listens on. */
export const listeningSockets = (): string[] =>
  text('/proc/net/unix')
    .split('\n')
    .slice(1)
    .flatMap((row) => {
      const fields = row.trim().split(/\s+/)
      const isListening = (Number.parseInt(fields[3] ?? '0', 16) & 0x10000) !== 0
      return isListening && fields[7] ? [fields[7]] : []
    })
