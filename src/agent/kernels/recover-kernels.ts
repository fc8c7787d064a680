import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { FoundContainer } from '../../plugin/kernel-backend.ts'
import type { AgentContext } from '../agent-context.ts'
import { describeError } from '../agent-error.ts'
import { parseResourceFile } from '../resources/resource-file.ts'
import { scratchPaths } from '../scratch/scratch.ts'
import { announcedServices } from './announced-services.ts'
import { runBatch } from './batch-run.ts'
import { occupiedSlots } from './claim-resources.ts'
import { attachedDevices } from './container-spec.ts'
import { announceStarted, awaitRunner } from './create-kernel.ts'
import { destroyKernel } from './destroy-kernel.ts'
import { discardKernel } from './discard-kernel.ts'
import { failCreation } from './fail-creation.ts'
import { type Kernel, newKernel } from './kernel.ts'
import type { KernelRecord } from './kernel-record.ts'
import { openLinkFolder } from './link-folder.ts'
import { restartKernel } from './restart-kernel.ts'

/**
 * Takes over what an earlier life of this agent left (agent-kernel.md §2, §3): running containers go on with their
 * devices and ports, dead ones are cleaned and reported, folders of nobody are removed.
 */
export async function recoverKernels(ctx: AgentContext): Promise<void> {
  const [records, found] = await Promise.all([ctx.records.load(), ctx.backend.find(ctx.agentId)])
  const containers = new Map(found.map((container) => [container.kernelId, container]))
  // All holdings are booked before anything else runs: nothing may be handed out twice.
  const kernels = await Promise.all(
    records.map((record) => book(ctx, record, containers.get(record.kernelId))),
  )
  await Promise.all(
    found
      .filter(({ kernelId }) => !ctx.kernels.has(kernelId))
      .map((container) => removeUnknown(ctx, container)),
  )
  await removeOrphanFolders(ctx)
  await Promise.all(kernels.map((kernel) => resume(ctx, kernel, containers.get(kernel.record.kernelId))))
}

async function book(
  ctx: AgentContext,
  record: KernelRecord,
  container: FoundContainer | undefined,
): Promise<Kernel> {
  record.containerId = container?.containerId ?? null
  const kernel = newKernel(record, 'preparing')
  ctx.kernels.set(record.kernelId, kernel)
  ctx.ports.reserve(record.hostPorts)
  if (record.ownsUid) ctx.uids?.reserve(record.uid)
  const path = join(scratchPaths(ctx.paths.scratchRoot, record.kernelId).config, 'resource.txt')
  const text = await readFile(path, 'utf8').catch(() => null)
  if (text !== null) restoreAllocation(ctx, record, text)
  else if (record.created) ctx.allocator.restore(record.kernelId, record.created.allocations)
  return kernel
}

function restoreAllocation(ctx: AgentContext, record: KernelRecord, text: string): void {
  try {
    ctx.allocator.restore(record.kernelId, parseResourceFile(text, ctx.allocator.slotTypes).allocations)
  } catch (error) {
    ctx.log.error({ error: describeError(error), kernelId: record.kernelId }, 'resource.txt is damaged')
    if (record.created) ctx.allocator.restore(record.kernelId, record.created.allocations)
  }
}

async function resume(
  ctx: AgentContext,
  kernel: Kernel,
  container: FoundContainer | undefined,
): Promise<void> {
  const { record } = kernel
  const { kernelId, sessionId } = record
  if (record.endReason !== null) return destroyKernel(ctx, kernel, record.endReason)
  if (record.restarting) {
    kernel.creation = restartKernel(ctx, kernel)
    return
  }
  if (!record.created && !container?.running) return forgetBegun(ctx, kernel)
  if (!container) return destroyKernel(ctx, kernel, 'container-not-found')
  if (!container.running) {
    kernel.exitCode = container.exitCode
    return destroyKernel(ctx, kernel, 'self-terminated')
  }
  kernel.link = await openLinkFolder(ctx, record)
  ctx.log.info({ kernelId, sessionId }, 'kernel taken over')
  if (record.created) {
    kernel.state = 'running'
    await ctx.journal.report({ type: 'kernel_started', kernelId, sessionId, created: record.created })
    if (record.batch === 'started' || record.batch === 'waiting') void runBatch(ctx, kernel)
    return
  }
  kernel.creation = finishCreation(ctx, kernel, container)
}

/**
 * The agent stopped before this kernel's container ran: what it took goes back before managers are served, and they
 * order the kernel again, with the registry's credentials, which are on no disk here.
 */
async function forgetBegun(ctx: AgentContext, kernel: Kernel): Promise<void> {
  const { kernelId, sessionId } = kernel.record
  await discardKernel(ctx, kernel)
  await ctx.records.remove(kernelId)
  ctx.kernels.delete(kernelId)
  ctx.log.info({ kernelId, sessionId }, 'kernel that had not started is forgotten, to be ordered again')
}

/** The agent stopped between the container's start and its report. */
async function finishCreation(ctx: AgentContext, kernel: Kernel, container: FoundContainer): Promise<void> {
  const { record } = kernel
  try {
    await awaitRunner(ctx, kernel)
    const path = join(scratchPaths(ctx.paths.scratchRoot, record.kernelId).config, 'resource.txt')
    const { allocations } = parseResourceFile(await readFile(path, 'utf8'), ctx.allocator.slotTypes)
    record.created = {
      kernelId: record.kernelId,
      containerId: container.containerId,
      kernelHost: ctx.backend.kernelHost,
      servicePorts: kernel.link ? await announcedServices(kernel.link, record.servicePorts, ctx.log) : [],
      occupiedSlots: occupiedSlots(allocations),
      allocations,
      attachedDevices: await attachedDevices(ctx, allocations),
    }
    await announceStarted(ctx, kernel)
  } catch (error) {
    if (kernel.ending.signal.aborted || ctx.closing.aborted) return
    ctx.log.warn({ error: describeError(error), kernelId: record.kernelId }, 'interrupted creation failed')
    await failInterrupted(ctx, kernel)
  }
}

async function failInterrupted(ctx: AgentContext, kernel: Kernel): Promise<void> {
  const error = { name: 'AgentRestarted', message: 'the agent stopped while it created this kernel' }
  try {
    await failCreation(ctx, kernel, error)
  } catch (cause) {
    // Its record stays: the next start of the agent goes on with it.
    ctx.log.error({ error: describeError(cause), kernelId: kernel.record.kernelId }, 'clean-up was cut off')
  }
}

/** A container that carries our label but that we have no record of. */
export async function removeUnknown(ctx: AgentContext, container: FoundContainer): Promise<void> {
  const { kernelId, sessionId, containerId } = container
  ctx.log.warn({ kernelId, sessionId }, 'container of ours without a record is removed')
  const { exitCode, log } = await ctx.backend.remove(containerId, {
    graceMs: 0,
    maxLogBytes: ctx.settings.maxLogBytes,
  })
  await ctx.journal.report({
    type: 'kernel_terminated',
    kernelId,
    sessionId,
    reason: 'terminated-unknown-container',
    exitCode: container.exitCode ?? exitCode,
    lastStat: null,
    log,
  })
}

async function removeOrphanFolders({ paths, kernels }: AgentContext): Promise<void> {
  for (const root of [paths.scratchRoot, paths.linkRoot]) {
    const names = await readdir(root)
    const orphans = names.filter((name) => isKernelId(name) && !kernels.has(name))
    await Promise.all(orphans.map((name) => rm(join(root, name), { recursive: true, force: true })))
  }
}

/** Only what looks like ours is ever removed: the scratch root may be an administrator's folder. */
const isKernelId = (name: string): boolean => /^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i.test(name)
