import { closeSync, existsSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** `.logs/task/ab/cd/ef….log` beneath the work folder, when a `.logs` folder is mounted; else null. */
export function taskLogPath(workDir: string, kernelId: string): string | null {
  if (!existsSync(join(workDir, '.logs'))) return null
  const hex = kernelId.replaceAll('-', '')
  return join(workDir, '.logs/task', hex.slice(0, 2), hex.slice(2, 4), `${hex.slice(4)}.log`)
}

/** Copies what user code prints to the container's own output and to the task log, off the path of the answers. */
export class ContainerLog {
  #queue: Uint8Array[] = []
  #files: number[]
  readonly #opened: number | null

  constructor(logPath: string | null) {
    this.#opened = logPath === null ? null : openLog(logPath)
    this.#files = this.#opened === null ? [1] : [1, this.#opened]
  }

  copy(bytes: Uint8Array): void {
    if (this.#queue.length === 0) setImmediate(() => this.flush())
    this.#queue.push(Uint8Array.from(bytes))
  }

  flush(): void {
    if (this.#queue.length === 0) return
    const data = Buffer.concat(this.#queue)
    this.#queue = []
    this.#files = this.#files.filter((fd) => append(fd, data))
  }

  close(): void {
    this.flush()
    if (this.#opened !== null) closeSync(this.#opened)
    this.#files = []
  }
}

function openLog(path: string): number | null {
  try {
    mkdirSync(dirname(path), { recursive: true })
    return openSync(path, 'a', 0o644)
  } catch {
    // A read-only or full .logs folder must not keep code from running.
    return null
  }
}

/** False when the file takes nothing any more. */
function append(fd: number, data: Uint8Array): boolean {
  try {
    for (let at = 0; at < data.length; ) at += writeSync(fd, data, at)
    return true
  } catch (error) {
    // A log reader that is too slow loses lines; the run does not wait for it.
    return error instanceof Error && 'code' in error && error.code === 'EAGAIN'
  }
}
