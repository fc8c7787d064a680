import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ContainerSpec } from '../../plugin/kernel-backend.ts'
import type { AgentContext } from '../agent-context.ts'
import { AgentError, describeError } from '../agent-error.ts'
import type { Allocations } from '../allocator/allocator.ts'
import type { ResourceFile } from '../resources/resource-file.ts'
import { configFiles, resourceFileOf } from '../scratch/config-files.ts'
import { homeFiles, relativeToHome } from '../scratch/home-files.ts'
import {
  fillScratch,
  makeScratch,
  type ScratchPaths,
  scratchPaths,
  writeScratchFile,
} from '../scratch/scratch.ts'
import { announcedServices } from './announced-services.ts'
import { runBatch } from './batch-run.ts'
import { claimResources, occupiedSlots } from './claim-resources.ts'
import {
  type AcceleratorSettings,
  acceleratorSettings,
  attachedDevices,
  containerSpec,
} from './container-spec.ts'
import { ensureImage } from './ensure-image.ts'
import { ensureNetwork } from './ensure-network.ts'
import { failCreation } from './fail-creation.ts'
import type { Kernel } from './kernel.ts'
import { kernelEnviron } from './kernel-environ.ts'
import { linkFolder, openLinkFolder } from './link-folder.ts'

/**
 * Brings a kernel to RUNNING: the runner said hello (agent-kernel.md §4). `noted` resolves when its record is on disk;
 * no container is made before that, since one without a record would be taken for a stranger. Never rejects: a failure gives
 * everything back and is reported, unless the kernel is being ended, whose end cleans up and reports.
 */
export async function createKernel(ctx: AgentContext, kernel: Kernel, noted: Promise<void>): Promise<void> {
  const { record } = kernel
  const { kernelId, sessionId, config } = record
  const tell = (type: 'kernel_preparing' | 'kernel_creating') =>
    ctx.journal.report({ type, kernelId, sessionId })
  // Where nothing is to be pulled, the backend begins first: what only tells of it need not hold it up.
  const mayPull = ctx.images.find(config.image.canonical) === null
  try {
    if (mayPull) await tell('kernel_preparing')
    await ensureImage(ctx, kernel)
    await startKernel(ctx, kernel, {
      keepScratch: false,
      noted,
      begun: async () => {
        if (!mayPull) await tell('kernel_preparing')
        await tell('kernel_creating')
      },
    })
  } catch (error) {
    if (kernel.ending.signal.aborted || ctx.closing.aborted) return
    ctx.log.warn({ error: describeError(error), kernelId, sessionId }, 'kernel creation failed')
    try {
      await failCreation(ctx, kernel, describeError(error))
    } catch (cause) {
      // Its record stays: the next start of the agent goes on with it.
      ctx.log.error({ error: describeError(cause), kernelId, sessionId }, 'clean-up was cut off')
    }
  }
}

export interface StartSteps {
  /** The user's files are there already. */
  keepScratch: boolean
  /** The kernel's record is on disk: awaited before there is a container. */
  noted?: Promise<void>
  /** Done while the backend starts the container. */
  begun?: () => Promise<void>
}

/** From resources to the runner's hello and `kernel_started`; throws with whatever it has taken still in the record. */
export async function startKernel(
  ctx: AgentContext,
  kernel: Kernel,
  { keepScratch, noted, begun }: StartSteps,
): Promise<void> {
  const { record } = kernel
  refuseEnded(kernel)
  const allocations = await claimResources(ctx, record)
  // Ports and user are on disk before anything uses them, so that no crash gives them to a second kernel.
  const saved = ctx.records.save(record)
  saved.catch(() => undefined)
  const scratch = scratchPaths(ctx.paths.scratchRoot, record.kernelId)
  const accelerators = await acceleratorSettings(ctx, allocations)
  const spec = containerSpec(ctx, {
    record,
    allocations,
    accelerators,
    scratch,
    linkDir: linkFolder(ctx, record.kernelId),
  })
  if (!keepScratch) makeScratch(scratch, record)
  const [link] = await Promise.all([openLinkFolder(ctx, record), ensureNetwork(ctx, record)])
  kernel.link = link
  await noted
  const prepared = Promise.all([
    saved,
    keepScratch ? undefined : writeHome(ctx, kernel, scratch, allocations, accelerators),
  ]).then(() => refuseEnded(kernel))
  let told: Promise<void> | undefined
  let beside: Promise<unknown> = Promise.resolve()
  const running = runContainer(ctx, kernel, spec, (containerId) => {
    // After the order to start is out: that leaves the processors idle, which the making of a container does not.
    told ??= nextTurn().then(begun)
    const named = prepared.then(() => writeResources(ctx, { record, containerId, allocations, accelerators }))
    beside = Promise.all([told, named])
    beside.catch(() => undefined)
    return prepared
  })
  // Whoever cleans up must find nobody at work.
  await Promise.allSettled([running, prepared])
  await Promise.allSettled([beside])
  const { containerId } = await running
  await beside
  // Not saved yet: a container is found by its labels.
  record.containerId = containerId
  await awaitRunner(ctx, kernel)
  refuseEnded(kernel)
  record.created = {
    kernelId: record.kernelId,
    containerId,
    kernelHost: ctx.backend.kernelHost,
    servicePorts: await announcedServices(link, record.servicePorts, ctx.log),
    occupiedSlots: occupiedSlots(allocations),
    allocations,
    attachedDevices: await attachedDevices(ctx, allocations),
  }
  await announceStarted(ctx, kernel)
}

/** The catalog may remember an image that somebody has removed: then it is pulled after all. */
async function runContainer(
  ctx: AgentContext,
  kernel: Kernel,
  spec: ContainerSpec,
  made: (containerId: string) => Promise<void>,
): Promise<{ containerId: string }> {
  try {
    return await ctx.backend.run(spec, made)
  } catch (error) {
    if (!(error instanceof AgentError) || error.kind !== 'ImageNotAvailable') throw error
    await ctx.images.refresh()
    await ensureImage(ctx, kernel)
    refuseEnded(kernel)
    return await ctx.backend.run(spec, made)
  }
}

/** The last step, also of a kernel that was recovered between its start and its report. */
export async function announceStarted(ctx: AgentContext, kernel: Kernel): Promise<void> {
  const { record } = kernel
  if (record.created === null) return
  kernel.state = 'running'
  record.restarting = false
  const { kernelId, sessionId, created } = record
  await ctx.journal.report({ type: 'kernel_started', kernelId, sessionId, created })
  await ctx.records.save(record)
  if (record.batch === 'waiting') void runBatch(ctx, kernel)
}

/** Waits for the runner's hello; fails early when the container dies, with the end of its output. */
export async function awaitRunner(ctx: AgentContext, kernel: Kernel): Promise<void> {
  const { link, record } = kernel
  if (!link) throw new AgentError('KernelNotReady', 'the runner link is not open')
  const limit = AbortSignal.timeout(ctx.settings.runnerTimeoutMs)
  const signal = AbortSignal.any([kernel.ending.signal, kernel.died.signal, ctx.closing, limit])
  try {
    await link.ready(signal)
  } catch (cause) {
    if (kernel.ending.signal.aborted || ctx.closing.aborted) throw cause
    const what = kernel.died.signal.aborted
      ? `the kernel ended before its runner answered (exit code ${kernel.exitCode ?? 'unknown'})`
      : `the runner did not answer within ${ctx.settings.runnerTimeoutMs} ms`
    const tail =
      record.containerId === null ? null : await ctx.backend.logs(record.containerId, 2_000).catch(() => null)
    const output = tail === null ? '' : new TextDecoder().decode(tail).trim()
    throw new AgentError('RunnerNotResponding', output === '' ? what : `${what}: ${output}`, { cause })
  }
}

function refuseEnded({ ending, record }: Kernel): void {
  if (ending.signal.aborted)
    throw new AgentError('KernelDestroyed', `kernel ${record.kernelId} is being ended`)
}

async function writeHome(
  ctx: AgentContext,
  { record }: Kernel,
  scratch: ScratchPaths,
  allocations: Allocations,
  accelerators: AcceleratorSettings,
): Promise<void> {
  const cores = Object.values(allocations.cpu?.cpu ?? {}).reduce((sum, amount) => sum + Number(amount), 0)
  const config = configFiles({
    record,
    environ: kernelEnviron(record, cores, accelerators.environ),
    resource: resourceOf({ record, containerId: '', allocations, accelerators }),
    slotTypes: ctx.allocator.slotTypes,
    sharesHostNetwork: ctx.backend.sharesHostNetwork,
  })
  const workFolders = record.config.mounts
    .map(({ kernelPath }) => relativeToHome(kernelPath))
    .filter((path) => path !== null)
  await fillScratch(scratch, { config, work: homeFiles(record.config), workFolders }, record)
}

interface ResourceFacts {
  record: Kernel['record']
  containerId: string
  allocations: Allocations
  accelerators: AcceleratorSettings
}

async function writeResources(ctx: AgentContext, facts: ResourceFacts): Promise<void> {
  const { kernelId, gid } = facts.record
  const file = resourceFileOf(resourceOf(facts), ctx.allocator.slotTypes)
  await writeScratchFile(scratchPaths(ctx.paths.scratchRoot, kernelId).config, file, { uid: 0, gid })
}

const resourceOf = ({ record, containerId, allocations, accelerators }: ResourceFacts): ResourceFile => ({
  containerId,
  scratchBytes: 0n,
  mounts: record.config.mounts.map(({ hostPath, kernelPath, permission }) => ({
    source: hostPath,
    target: kernelPath,
    permission,
  })),
  slots: record.config.resourceSlots,
  allocations,
  extra: accelerators.resourceLines,
})
