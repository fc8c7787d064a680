import { createHash } from 'node:crypto'
import { lstat, mkdir, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { BASE_OWNER_FILE, removeAbandonedBases } from './abandoned-bases.ts'
import { uidWindow } from './backends/process/uid-window.ts'
import { writeDurably } from './files/write-durably.ts'
import { hasProcessesAmong } from './resources/uid-pool.ts'

/** Where the agent keeps things; every folder exists. */
export interface AgentPaths {
  /** `id`, `kernels/`, `reports/`: for the agent's eyes only. */
  state: string
  /** `<kernel id>/{config,work}` */
  scratchRoot: string
  /** `<kernel id>/runner.sock`: short, since socket addresses end at 108 bytes. */
  linkRoot: string
}

/** `<36 characters of a kernel id>/runner.sock` and the closing NUL must fit behind the root. */
const LONGEST_LINK_ROOT = 107 - 36 - '//runner.sock'.length

/** Eight hex digits that tell data directories of one machine apart. */
const fingerprint = (dataDir: string): string =>
  createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 8)

/** Whether users other than the owner may walk through every folder above and including `path`. */
export async function isReachable(path: string): Promise<boolean> {
  const absolute = resolve(path)
  const mode = await stat(absolute).then(
    (found) => (found.isDirectory() ? found.mode & 0o001 : found.mode & 0o005),
    () => 1,
  )
  if (mode === 0) return false
  const parent = dirname(absolute)
  return parent === absolute || isReachable(parent)
}

const PUBLIC_ROOT = '/var/tmp'

/**
 * A folder for what kernels with user numbers of their own must reach: the data directory, or, where that is closed
 * (below /root, say), one in /var/tmp that carries its fingerprint.
 */
export async function publicBase(dataDir: string): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: 0o711 })
  if (await isReachable(dataDir)) return resolve(dataDir)
  const base = join(PUBLIC_ROOT, `backendai-${fingerprint(dataDir)}`)
  await ownFolder(base)
  await writeDurably(join(base, BASE_OWNER_FILE), resolve(dataDir))
  await removeAbandonedBases(PUBLIC_ROOT, (owner) => hasProcessesAmong(uidWindow(owner)))
  return base
}

export interface PathOptions {
  dataDir: string
  scratchRoot: string | null
  ipcBasePath: string | null
  /** Kernels run under user numbers of their own. */
  ownUids: boolean
}

export async function preparePaths(options: PathOptions): Promise<AgentPaths> {
  const base = options.ownUids ? await publicBase(options.dataDir) : resolve(options.dataDir)
  const ipc = resolve(options.ipcBasePath ?? join(base, 'ipc'))
  const preferred = join(ipc, fingerprint(options.dataDir))
  const isShort = preferred.length <= LONGEST_LINK_ROOT
  const spare = join(tmpdir(), `backendai-ipc-${process.getuid?.() ?? 0}`)
  if (!isShort) await ownFolder(spare)
  const linkRoot = isShort ? preferred : join(spare, fingerprint(options.dataDir))
  const paths = {
    state: join(resolve(options.dataDir), 'agent'),
    scratchRoot: resolve(options.scratchRoot ?? join(base, 'scratches')),
    linkRoot,
  }
  await mkdir(paths.state, { recursive: true, mode: 0o700 })
  await Promise.all([ownFolder(paths.scratchRoot), ownFolder(paths.linkRoot)])
  return paths
}

/** Others may walk through but not list; a folder or link that somebody else put there is refused. */
async function ownFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o711 })
  const found = await lstat(path)
  const me = process.getuid?.() ?? found.uid
  if (!found.isDirectory() || found.uid !== me) {
    throw new Error(`${path} must be a folder of this agent's user (${me}); it belongs to user ${found.uid}`)
  }
}
