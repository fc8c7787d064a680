import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { AgentMethods } from '../../wire/agent-rpc.ts'
import type { AgentContext } from '../agent-context.ts'
import { AgentError, describeError } from '../agent-error.ts'

type CommitState = Awaited<ReturnType<AgentMethods['commitStatus']>>

/** Kernels' file systems on their way into image files, one commit at a time per kernel (agent-kernel.md §7). */
export interface KernelCommits {
  /** Answers at once; the end is told by `state`. A commit that is under way is not begun twice. */
  begin(args: Parameters<AgentMethods['commitKernel']>[0]): Promise<{ path: string }>
  state(kernelId: string): CommitState
}

const NAME = /^(?!\.)[\w.@+-]{1,255}$/

export function createKernelCommits(
  ctx: Pick<AgentContext, 'backend' | 'kernels' | 'settings' | 'paths' | 'closing' | 'log'>,
): KernelCommits {
  const root = resolve(ctx.settings.imageCommitPath ?? join(ctx.paths.state, '..', 'commit'))
  const states = new Map<string, CommitState>()

  async function run(
    kernelId: string,
    commit: NonNullable<typeof ctx.backend.commit>,
    args: { containerId: string; path: string; labels: Record<string, string> },
  ): Promise<void> {
    const { containerId, path, labels } = args
    try {
      await commit(containerId, path, labels, ctx.closing)
      states.set(kernelId, { status: 'ready', path, error: null })
      ctx.log.info({ kernelId, path }, 'a kernel was committed')
    } catch (cause) {
      const { message } = describeError(cause)
      states.set(kernelId, { status: 'ready', path: null, error: message })
      ctx.log.warn({ kernelId, error: message }, 'a commit failed')
    }
  }

  return {
    async begin({ kernelId, subdir, filename, labels }) {
      const { backend, kernels } = ctx
      if (!backend.commit) {
        throw new AgentError('not-implemented', `${backend.description}: kernels have no image to commit`)
      }
      const containerId = kernels.get(kernelId)?.record.containerId
      if (!containerId)
        throw new AgentError('KernelNotFound', `this agent has no container of kernel ${kernelId}`)
      if (!NAME.test(subdir) || !NAME.test(filename)) {
        throw new AgentError('InvalidPath', `"${subdir}/${filename}" is no name for an image file`)
      }
      const path = join(root, subdir, filename)
      const now = states.get(kernelId)
      if (now?.status === 'ongoing') return { path: now.path ?? path }
      states.set(kernelId, { status: 'ongoing', path, error: null })
      await mkdir(join(root, subdir), { recursive: true, mode: 0o750 })
      void run(kernelId, backend.commit, { containerId, path, labels })
      return { path }
    },
    state: (kernelId) => states.get(kernelId) ?? { status: 'ready', path: null, error: null },
  }
}
