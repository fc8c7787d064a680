import { existsSync } from 'node:fs'
import { rmdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../../lib/clock.ts'
import { openFolderInside } from '../../../lib/files/open-inside.ts'
import type { ContainerSpec } from '../../../plugin/kernel-backend.ts'
import { AgentError, describeError } from '../../agent-error.ts'
import { relativeToHome } from '../../scratch/home-files.ts'
import type { MountTools } from './launch-script.ts'

type MountSpec = Pick<ContainerSpec, 'mounts' | 'workDir' | 'uid' | 'gid'>

/**
 * Binds folders in a mount namespace of the kernel's own, then becomes the rest of the command. It goes into each
 * source, looks whether that is the folder that the agent saw (`device:inode`), and binds where it stands: a name
 * could lead elsewhere a moment later. `-c` keeps mount from making names of places again.
 */
const BIND_SCRIPT = `
flag=$1 mount=$2
shift 2
while [ "$1" != -- ]; do
  cd "$1" || exit 126
  [ "$(stat -c %d:%i .)" = "$2" ] || { echo "$1 is not the folder that was to be mounted" >&2; exit 126; }
  "$mount" -c --bind . "$3" && "$mount" -c -o "remount,bind,nosuid,nodev$4" "$3" || exit 126
  shift 4
done
shift
cd / && : > "$flag" || exit 126
exec "$@"
`

/**
 * Every session of its owner gets this folder, whatever the backend, at a place that a native process cannot be given:
 * it goes without, and its log says so.
 */
const OUT_OF_REACH = '/home/linuxbrew/.linuxbrew'

export interface PlacedMounts {
  /** Lines for the kernel's log. */
  readonly notes: readonly string[]
  /** Goes before the command of the kernel. */
  readonly command: readonly string[]
  /** Resolves once the kernel has them, or has ended. */
  taken(hasEnded: () => boolean): Promise<void>
}

/**
 * Lays folders into /home/work of a native process: bound where this machine allows, as links elsewhere, which cannot
 * be read-only. `flag` is a path that appears when they are bound.
 */
export async function placeMounts(
  spec: MountSpec,
  { tools, flag, clock }: { tools: MountTools | null; flag: string; clock: Clock },
): Promise<PlacedMounts> {
  const within = spec.mounts.filter(({ target }) => target !== OUT_OF_REACH)
  const notes =
    within.length < spec.mounts.length
      ? [`The folder .linuxbrew is not mounted: native processes have nothing at ${OUT_OF_REACH}.\n`]
      : []
  const places = await Promise.all(
    within.map(async ({ source, target, readOnly }) => ({
      identity: await identityOf(source),
      source,
      place: await placeOf(spec, target, tools !== null),
      readOnly,
    })),
  )
  if (!tools || places.length === 0) {
    for (const { source, place, readOnly } of places) await link(source, place, readOnly)
    return { notes, command: [], taken: async () => {} }
  }
  const each = places.flatMap(({ source, identity, place, readOnly }) => [
    source,
    identity,
    place,
    readOnly ? ',ro' : '',
  ])
  const shell = ['/bin/sh', '-c', BIND_SCRIPT, 'backendai-mounts', flag, tools.mount, ...each, '--']
  return {
    notes,
    command: [tools.unshare, '--mount', ...shell],
    async taken(hasEnded) {
      while (!existsSync(flag) && !hasEnded()) await clock.sleep(5)
    },
  }
}

/** `device:inode` of a folder that no symbolic link leads to. */
async function identityOf(source: string): Promise<string> {
  try {
    const handle = await openFolderInside('/', source.split('/').filter(Boolean))
    const { dev, ino } = await handle.stat({ bigint: true }).finally(() => handle.close())
    return `${dev}:${ino}`
  } catch (cause) {
    const { message } = describeError(cause)
    throw new AgentError(
      'ContainerCreationFailed',
      `the folder ${source} is not on this machine: ${message}`,
      { cause },
    )
  }
}

/**
 * Where a folder below /home/work comes; others are out of reach of a native process. On a restart what is there is
 * the user's: no link in it is followed.
 */
async function placeOf(spec: MountSpec, target: string, isMountPoint: boolean): Promise<string> {
  const inside = relativeToHome(target)
  if (inside === null) {
    throw new AgentError(
      'ContainerCreationFailed',
      `a native process can only mount below /home/work, not at ${target}`,
    )
  }
  const parts = inside.split('/')
  const owner = process.getuid?.() === 0 ? { uid: spec.uid, gid: spec.gid } : null
  try {
    const handle = await openFolderInside(spec.workDir, isMountPoint ? parts : parts.slice(0, -1), { owner })
    await handle.close()
  } catch (cause) {
    const { message } = describeError(cause)
    throw new AgentError('ContainerCreationFailed', `nothing can be mounted at ${target}: ${message}`, {
      cause,
    })
  }
  return join(spec.workDir, inside)
}

async function link(source: string, place: string, readOnly: boolean): Promise<void> {
  if (readOnly) {
    throw new AgentError(
      'ContainerCreationFailed',
      'native processes mount read-only folders only where the agent is root: this machine would not keep them from writing',
    )
  }
  await rmdir(place).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
  })
  await symlink(source, place).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}
