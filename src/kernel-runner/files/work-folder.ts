import { constants } from 'node:fs'
import { lstat, mkdir, open, readdir, realpath, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, posix, resolve, sep } from 'node:path'
import { Problem } from '../../core/problem.ts'
import type { FileEntry } from '../../wire/agent-rpc.ts'
import { CONTAINER_PATHS } from '../../wire/runner-environ.ts'
import type { ProcessOwner } from '../processes.ts'
import { fileMode } from './file-mode.ts'
import { fileProblem } from './file-problem.ts'
import { tarOf } from './tar.ts'

/** The user's folder, as far as the API may reach: nothing outside it, also not through symbolic links. */
export class WorkFolder {
  readonly #root: string
  readonly #owner: ProcessOwner | null

  constructor(root: string, owner: ProcessOwner | null) {
    this.#root = root
    this.#owner = owner
  }

  async list(path: string): Promise<{ entries: FileEntry[]; absolutePath: string }> {
    const folder = await this.#existing(path)
    const names = await readdir(folder).catch((cause) => {
      throw new Problem('invalid-api-params', { msg: `${this.#named(path)} is not a folder.`, cause })
    })
    const entries: FileEntry[] = []
    for (const filename of names.toSorted()) {
      const stat = await lstat(join(folder, filename)).catch(() => null)
      // Gone since the folder was read.
      if (!stat) continue
      entries.push({ filename, size: stat.size, mtime: stat.mtimeMs / 1000, mode: fileMode(stat) })
    }
    return { entries, absolutePath: await this.#shown(folder) }
  }

  /** Writes the whole file or nothing; missing folders are made. */
  async write(path: string, content: Uint8Array): Promise<void> {
    await this.#write(path, content).catch((error: unknown) => {
      throw fileProblem(error, this.#named(path))
    })
  }

  async #write(path: string, content: Uint8Array): Promise<void> {
    const root = await realpath(this.#root)
    const target = this.#within(root, path)
    if (target === root) throw new Problem('invalid-api-params', { msg: 'The path names no file.' })
    const folder = await this.#makeFolders(root, dirname(target))
    const name = basename(target)
    const existing = await lstat(join(folder, name)).catch(() => null)
    if (existing?.isDirectory()) {
      throw new Problem('invalid-api-params', { msg: `${this.#named(path)} is a folder.` })
    }
    const temporary = join(folder, `.upload-${crypto.randomUUID()}`)
    try {
      const file = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o644)
      try {
        await file.writeFile(content)
        if (this.#owner) await file.chown(this.#owner.uid, this.#owner.gid)
      } finally {
        await file.close()
      }
      await rename(temporary, join(folder, name))
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
  }

  /** A tar archive of a file or a folder with all below it. */
  async archive(path: string, maxBytes: number): Promise<Uint8Array> {
    const from = await this.#existing(path)
    return tarOf(from, maxBytes).catch((error: unknown) => {
      throw fileProblem(error, this.#named(path))
    })
  }

  /** As a program in the kernel and every client name it, wherever the folder of a native process really is. */
  async #shown(real: string): Promise<string> {
    return CONTAINER_PATHS.work + real.slice((await realpath(this.#root)).length)
  }

  /** The real path of something that exists inside. */
  async #existing(path: string): Promise<string> {
    const root = await realpath(this.#root)
    const target = this.#within(root, path)
    const real = await realpath(target).catch((cause) => {
      throw new Problem('object-not-found', {
        title: 'No such file.',
        msg: `${this.#named(path)} does not exist.`,
        cause,
      })
    })
    // Said of what was asked for: where a link leads is the host's business.
    if (real !== root && !real.startsWith(root + sep)) throw this.#outside(path)
    return real
  }

  /** @throws Problem when the path leads out of the folder, as text */
  #within(root: string, path: string): string {
    if (path.includes('\0'))
      throw new Problem('invalid-api-params', { msg: 'The path holds a NUL character.' })
    const given =
      path === this.#root || path.startsWith(this.#root + sep) ? path.slice(this.#root.length + 1) : path
    const target = given.startsWith(root) ? resolve(given) : resolve(root, given)
    if (target !== root && !target.startsWith(root + sep)) {
      throw this.#outside(path)
    }
    return target
  }

  #outside(path: string): Problem {
    return new Problem('invalid-api-params', {
      msg: `${this.#named(path)} is outside of ${CONTAINER_PATHS.work}.`,
    })
  }

  /** What was asked for, as clients name it. */
  #named(path: string): string {
    const inside = path.startsWith(this.#root + sep) ? path.slice(this.#root.length + 1) : path
    return posix.resolve(CONTAINER_PATHS.work, inside)
  }

  async #makeFolders(root: string, folder: string): Promise<string> {
    let at = root
    for (const part of folder.slice(root.length).split(sep).filter(Boolean)) {
      const next = join(at, part)
      const made = await mkdir(next).then(
        () => true,
        (error: unknown) => {
          if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
          throw error
        },
      )
      if (made && this.#owner) {
        const handle = await open(next, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
        await handle.chown(this.#owner.uid, this.#owner.gid)
        await handle.close()
      }
      at = await realpath(next)
      if (!at.startsWith(root + sep)) throw this.#outside(next.slice(root.length + 1))
    }
    return at
  }
}
