import { chmod, copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { elfDependencies } from './elf-dependencies.ts'
import { executableDigest } from './executable-digest.ts'

/** A folder to mount read-only into containers: the executable, its loader and its libraries (architecture, decision 12). */
export interface RunnerBundle {
  dir: string
  /** File names inside. */
  loader: string
  executable: string
}

const EXECUTABLE = 'backendai'
const LIBRARY_FOLDERS = [
  '/lib64',
  '/lib',
  '/usr/lib64',
  '/usr/lib',
  '/lib/x86_64-linux-gnu',
  '/usr/lib/x86_64-linux-gnu',
  '/lib/aarch64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
]
/** Opened by glibc at run time, so no ELF header names them: thread cancellation and name resolution. */
const OPENED_LATER = ['libgcc_s.so.1', 'libresolv.so.2', 'libnss_files.so.2', 'libnss_dns.so.2']

/** Prepares `<root>/<sha256 of the executable>/`; what is there already is used as it is. */
export async function prepareRunnerBundle(root: string, executable: string): Promise<RunnerBundle> {
  const dir = join(root, await executableDigest(root, executable))
  const { interpreter } = await elfDependencies(executable)
  if (interpreter === null)
    throw new Error(`${executable} has no loader: it is no dynamically linked executable`)
  const bundle = { dir, loader: basename(interpreter), executable: EXECUTABLE }
  if (await stat(join(dir, EXECUTABLE)).catch(() => null)) return bundle

  const draft = `${dir}.${process.pid}.new`
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { recursive: true, mode: 0o755 })
  const place = async (source: string, name: string) => {
    await copyFile(source, join(draft, name))
    await chmod(join(draft, name), 0o755)
  }
  await place(executable, EXECUTABLE)
  await place(interpreter, bundle.loader)
  for (const [name, path] of await libraries(executable)) if (name !== bundle.loader) await place(path, name)
  await rename(draft, dir).catch(async (error: NodeJS.ErrnoException) => {
    // Another process of ours was faster.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    await rm(draft, { recursive: true, force: true })
  })
  return bundle
}

/** Removes bundles of other versions that no container mounts any more. */
export async function removeOldBundles(root: string, inUse: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(root).catch(() => [] as string[])) {
    const dir = join(root, name)
    const writer = /^[0-9a-f]{64}\.(\d+)\.new$/.exec(name)?.[1]
    const isOld = /^[0-9a-f]{64}$/.test(name) && !inUse.has(dir)
    const isDraftOfDead = writer !== undefined && !(await stat(`/proc/${writer}`).catch(() => null))
    if (isOld || isDraftOfDead) await rm(dir, { recursive: true, force: true })
  }
}

/** Library name → path on this machine, dependencies of dependencies included. */
async function libraries(executable: string): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const queue = [...(await elfDependencies(executable)).needed]
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    if (found.has(name)) continue
    const path = await findLibrary(name)
    if (path === null) throw new Error(`${executable} needs ${name}, which is not on this machine`)
    found.set(name, path)
    queue.push(...(await elfDependencies(path)).needed)
  }
  for (const name of OPENED_LATER) {
    const path = await findLibrary(name)
    if (path !== null) found.set(name, path)
  }
  return found
}

async function findLibrary(name: string): Promise<string | null> {
  for (const folder of LIBRARY_FOLDERS) {
    const path = join(folder, name)
    if ((await stat(path).catch(() => null))?.isFile()) return path
  }
  return null
}
