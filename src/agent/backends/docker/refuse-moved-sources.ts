import { realpath, stat } from 'node:fs/promises'
import type { ContainerSpec } from '../../../plugin/kernel-backend.ts'
import { AgentError } from '../../agent-error.ts'

/**
 * Refuses folders whose path leads through a symbolic link by now: whoever writes a folder could make one of a part of
 * it that another session mounts. The engine looks again a moment later, so this only narrows the gap.
 */
export async function refuseMovedSources({ mounts }: Pick<ContainerSpec, 'mounts'>): Promise<void> {
  for (const { source } of mounts) {
    const real = await realpath(source).catch(() => null)
    // What is not here the engine may have elsewhere, or it says so itself; files are the node's own.
    if (real === null || real === source || !(await stat(real)).isDirectory()) continue
    throw new AgentError('ContainerCreationFailed', `the folder ${source} has become a link to ${real}`)
  }
}
