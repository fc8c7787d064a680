import { randomBytes } from 'node:crypto'
import type { ContainerExit } from '../../plugin/kernel-backend.ts'
import type { AgentMethods, KernelConfig } from '../../wire/agent-rpc.ts'
import type { AgentContext } from '../agent-context.ts'
import { AgentError, describeError } from '../agent-error.ts'
import type { KernelLink } from '../execution/kernel-link-types.ts'
import { createKernel } from './create-kernel.ts'
import { destroyKernel } from './destroy-kernel.ts'
import { type Kernel, newKernel } from './kernel.ts'
import type { KernelRecord } from './kernel-record.ts'
import { createLimiter } from './limiter.ts'
import { restartKernel } from './restart-kernel.ts'

export type CreateArgs = Parameters<AgentMethods['createKernels']>[0]
export type RestartArgs = Parameters<AgentMethods['restartKernel']>[0]

/** What the manager asks of kernels' lives; every call is idempotent and answers once it is noted durably. */
export interface KernelLives {
  create(args: CreateArgs): Promise<string[]>
  destroy(kernelId: string, sessionId: string, reason: string): Promise<void>
  restart(args: RestartArgs): Promise<void>
  /** @throws AgentError KernelNotFound, KernelNotReady */
  linkOf(kernelId: string): KernelLink
  exited(exit: ContainerExit): void
}

export function createKernelLives(ctx: AgentContext): KernelLives {
  const limit = createLimiter(ctx.settings.kernelCreationConcurrency)

  /** A note that fails is told to the caller, and the creation gives up by itself. */
  const begin = (kernel: Kernel): Promise<void> => {
    ctx.kernels.set(kernel.record.kernelId, kernel)
    const noted = ctx.records.save(kernel.record)
    kernel.creation = limit(() => createKernel(ctx, kernel, noted))
    return noted
  }

  return {
    async create({ sessionId, kernels, cluster }) {
      await Promise.all(
        kernels.map(async (config) => {
          const existing = ctx.kernels.get(config.kernelId)
          if (!existing) return begin(newKernel(newRecord(ctx, sessionId, config, cluster), 'preparing'))
          const { created } = existing.record
          if (existing.state !== 'running' || !created) return
          await ctx.journal.report({ type: 'kernel_started', kernelId: config.kernelId, sessionId, created })
        }),
      )
      return kernels.map(({ kernelId }) => kernelId)
    },

    async destroy(kernelId, sessionId, reason) {
      const kernel = ctx.kernels.get(kernelId)
      if (kernel) return destroyKernel(ctx, kernel, reason)
      await ctx.journal.report({
        type: 'kernel_terminated',
        kernelId,
        sessionId,
        reason: 'already-terminated',
        exitCode: null,
        lastStat: null,
        log: null,
      })
    },

    async restart({ kernelId, config, cluster }) {
      const kernel = kernelOf(ctx, kernelId)
      if (kernel.state !== 'running')
        throw new AgentError('KernelNotReady', `kernel ${kernelId} is ${kernel.state}`)
      kernel.state = 'preparing'
      Object.assign(kernel.record, { config, cluster, restarting: true })
      // Noted first: an agent that stops from here on restarts the kernel in its next life.
      const noted = ctx.records.save(kernel.record)
      kernel.creation = noted.then(
        () => limit(() => restartKernel(ctx, kernel)),
        () => undefined,
      )
      await noted
    },

    linkOf(kernelId) {
      const kernel = kernelOf(ctx, kernelId)
      if (kernel.link && kernel.state === 'running') return kernel.link
      throw new AgentError('KernelNotReady', `kernel ${kernelId} is ${kernel.state}`)
    },

    exited({ kernelId, containerId, exitCode, outOfMemory }) {
      const kernel = ctx.kernels.get(kernelId)
      if (!kernel) return
      if (kernel.replaced === containerId) return
      if (kernel.record.containerId !== null && kernel.record.containerId !== containerId) return
      if (outOfMemory && exitCode === null) {
        kernel.link?.notify('oom', null)
        return
      }
      kernel.exitCode = exitCode
      kernel.died.abort(new Error('the container ended'))
      if (kernel.state !== 'running') return
      destroyKernel(ctx, kernel, outOfMemory ? 'out-of-memory' : 'self-terminated').catch((error: unknown) =>
        ctx.log.error({ error: describeError(error), kernelId }, 'the end of a kernel could not be noted'),
      )
    },
  }
}

function kernelOf(ctx: AgentContext, kernelId: string): Kernel {
  const kernel = ctx.kernels.get(kernelId)
  if (!kernel) throw new AgentError('KernelNotFound', `this agent has no kernel ${kernelId}`)
  return kernel
}

function newRecord(
  ctx: AgentContext,
  sessionId: string,
  config: KernelConfig,
  cluster: CreateArgs['cluster'],
): KernelRecord {
  return {
    version: 1,
    kernelId: config.kernelId,
    sessionId,
    config,
    cluster,
    token: randomBytes(32).toString('base64url'),
    ...ctx.kernelUser,
    ownsUid: false,
    hostPorts: [],
    servicePorts: [],
    containerId: null,
    created: null,
    restarting: false,
    batch: config.sessionType === 'batch' && config.startupCommand ? 'waiting' : 'none',
    batchStartedAt: null,
    endReason: null,
  }
}
