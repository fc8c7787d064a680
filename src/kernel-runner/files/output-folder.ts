import { constants, lstatSync, promises, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '../../core/problem.ts'
import { below, openFolderInside } from '../../lib/files/open-inside.ts'
import type { OutputFile } from '../../wire/runner-protocol.ts'

/** Where programs put files for the client (003, "Execution Result Object"). */
const FOLDER = '.output'
/** A run reports so many files; what else there is can be listed and downloaded like every file. */
const MAX_FILES = 1000
/** So many entries are looked at, before a run and after it. */
const MAX_ENTRIES = 10_000

/** name → what changes when the file is written */
export type OutputMark = ReadonlyMap<string, FileState>
interface FileState {
  size: number
  version: string
}

const NOTHING: OutputMark = new Map()

/** One piece of a file. */
export interface OutputPiece {
  content: Uint8Array
  /** Of the whole file, in bytes. */
  size: number
  /** Another one at the next piece: the file was written meanwhile. */
  version: string
}

/** The files that runs leave for the client in `.output`: regular files, at any depth, not through symbolic links. */
export class OutputFolder {
  readonly #workDir: string

  constructor(workDir: string) {
    this.#workDir = workDir
  }

  /** What is there before a run. */
  async mark(): Promise<OutputMark> {
    // Most runs leave nothing here, and should not wait for that.
    return this.#isEmpty() ? NOTHING : this.#look()
  }

  /** Files that are new or were written since the mark, by name. */
  async changedSince(mark: OutputMark): Promise<OutputFile[]> {
    const now = await this.mark()
    return [...now]
      .filter(([name, { version }]) => mark.get(name)?.version !== version)
      .map(([name, { size }]) => ({ name, size }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .slice(0, MAX_FILES)
  }

  /**
   * @param name relative to `.output`, as reported
   * @throws Problem object-not-found when it is no regular file inside
   */
  async read(name: string, offset: number, maxBytes: number): Promise<OutputPiece> {
    const parts = name.split('/')
    const last = parts.pop() ?? ''
    if (
      [...parts, last].some((part) => part === '' || part === '.' || part === '..' || part.includes('\0'))
    ) {
      throw new Problem('invalid-api-params', { msg: `${JSON.stringify(name)} is no file of ${FOLDER}.` })
    }
    try {
      const folder = await openFolderInside(this.#workDir, [FOLDER, ...parts])
      // A pipe must not hold us up.
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
      const file = await promises.open(below(folder, last), flags).finally(() => folder.close())
      try {
        const stat = await file.stat()
        if (!stat.isFile()) throw missing(name)
        const content = new Uint8Array(Math.max(0, Math.min(maxBytes, stat.size - offset)))
        const { bytesRead } = await file.read(content, 0, content.length, offset)
        return { content: content.subarray(0, bytesRead), size: stat.size, version: versionOf(stat) }
      } finally {
        await file.close()
      }
    } catch (error) {
      if (error instanceof Problem) throw error
      throw missing(name, error)
    }
  }

  #isEmpty(): boolean {
    const folder = join(this.#workDir, FOLDER)
    if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return true
    return readdirSync(folder).length === 0
  }

  async #look(): Promise<OutputMark> {
    const root = join(this.#workDir, FOLDER)
    const found = new Map<string, FileState>()
    const folders = ['']
    let seen = 0
    for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
      const entries = await promises.readdir(join(root, folder), { withFileTypes: true }).catch(() => [])
      for (const entry of entries) {
        seen += 1
        if (seen > MAX_ENTRIES) return found
        const name = folder === '' ? entry.name : `${folder}/${entry.name}`
        if (entry.isDirectory()) folders.push(name)
        if (!entry.isFile()) continue
        const stat = await promises.lstat(join(root, name)).catch(() => null)
        if (stat?.isFile()) found.set(name, { size: stat.size, version: versionOf(stat) })
      }
    }
    return found
  }
}

const versionOf = (stat: { ino: number; size: number; mtimeMs: number }): string =>
  `${stat.ino}-${stat.size}-${stat.mtimeMs}`

const missing = (name: string, cause?: unknown): Problem =>
  new Problem('object-not-found', {
    title: 'No such file.',
    msg: `There is no file ${name} in ${FOLDER}.`,
    cause,
  })
