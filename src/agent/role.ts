import { join } from 'node:path'
import type { Clock } from '../lib/clock.ts'
import { disposable } from '../lib/dispose.ts'
import type { Logger } from '../lib/logger.ts'
import type { AcceleratorPlugin } from '../plugin/accelerator.ts'
import type { KernelBackend } from '../plugin/kernel-backend.ts'
import { acceleratorRegistry } from '../plugin/registry.ts'
import type { RunningRole } from '../roles/role.ts'
import type { ManagerLink } from '../wire/agent-link.ts'
import type { AgentContext } from './agent-context.ts'
import { agentHello } from './agent-hello.ts'
import { loadAgentId } from './agent-id.ts'
import { agentMethods, serveStream } from './agent-methods.ts'
import { createAllocator } from './allocator/allocator.ts'
import { computeUnitOf } from './allocator/compute-unit.ts'
import { type OpenKernelLink, openKernelLink } from './execution/kernel-link.ts'
import { createImageCatalog } from './images/image-catalog.ts'
import { destroyKernel } from './kernels/destroy-kernel.ts'
import { createKernelLives } from './kernels/kernel-lives.ts'
import { openRecordStore } from './kernels/record-store.ts'
import { recoverKernels } from './kernels/recover-kernels.ts'
import { syncKernels } from './kernels/sync-kernels.ts'
import { type AgentPaths, preparePaths } from './paths.ts'
import { repeat } from './repeat.ts'
import { createAbuseReports, destroyAbuser } from './reports/abuse-reports.ts'
import { openReportJournal } from './reports/report-journal.ts'
import { hostUnits, readHostFacts } from './resources/host-units.ts'
import { createPortPool } from './resources/port-pool.ts'
import { probePort } from './resources/probe-port.ts'
import { createUidPool, hasProcesses } from './resources/uid-pool.ts'
import type { AgentSettings } from './settings.ts'
import { createNodeStats } from './stats/node-stats.ts'
import { createKernelSampler } from './stats/sample-kernels.ts'

const ABUSE_LOOK_MS = 30_000

export interface AgentParts {
  /** The agent's end of the link to managers; stays the caller's. */
  link: ManagerLink
  /** Stays the caller's. */
  backend: KernelBackend
  accelerators: readonly AcceleratorPlugin[]
  settings: AgentSettings
  dataDir: string
  clock: Clock
  log: Logger
  ids: { next(): string }
  /** The agent's end of runner links; tests bring their own. */
  openLink?: OpenKernelLink
}

export interface RunningAgent extends RunningRole {
  readonly paths: AgentPaths
}

/**
 * Starts the agent: takes over what runs, then serves managers. Disposing stops it and keeps kernels, unless
 * `settings.drain` is set; link and backend are the caller's to dispose, after it.
 */
export async function startAgent(parts: AgentParts): Promise<RunningAgent> {
  const { link, backend, settings, log, clock } = parts
  const closing = new AbortController()
  const ctx = await openContext(parts, closing.signal)
  const lives = createKernelLives(ctx)

  const rescan = async () => {
    await ctx.images.refresh()
    // Also what a pull has brought since the last time.
    if (ctx.images.takeChange()) link.announce()
  }
  const abuse = createAbuseReports(ctx, destroyAbuser(ctx), (kernelId) => ctx.kernels.has(kernelId))
  const nodeStats = createNodeStats(ctx.paths.scratchRoot)
  const sampleKernels = createKernelSampler(ctx)
  const beat = async () => {
    const [node, kernelStats] = await Promise.all([nodeStats.sample(clock.now()), sampleKernels()])
    link.heartbeat({
      agentId: ctx.agentId,
      at: clock.now(),
      kernels: [...ctx.kernels.values()].map(({ record, state }) => ({ kernelId: record.kernelId, state })),
      nodeStats: { ...node },
      kernelStats,
      ...(abuse ? { abusing: { ...abuse.states } } : {}),
    })
  }

  // Watching starts before the take-over, so that an exit in between is heard once or found dead.
  const watch = backend.watch((exit) => lives.exited(exit))
  try {
    await Promise.all([ctx.images.refresh(), recoverKernels(ctx)])
    await link.serve({
      methods: agentMethods(ctx, lives, rescan),
      stream: serveStream(lives),
      hello: () => agentHello(ctx),
    })
    await ctx.journal.resend()
  } catch (error) {
    watch[Symbol.dispose]()
    closing.abort(error)
    throw error
  }

  const env = { clock, log, signal: closing.signal }
  const loops = [
    repeat('heartbeat', Math.min(settings.statsIntervalMs, settings.heartbeatIntervalMs), beat, env),
    repeat('image scan', settings.imageScanIntervalMs, rescan, env),
    ...(abuse ? [repeat('abuse reports', ABUSE_LOOK_MS, () => abuse.look(), env)] : []),
    repeat('sync', settings.syncIntervalMs, () => syncKernels(ctx), env),
  ]
  beat().catch((error: unknown) => log.warn({ error }, 'first heartbeat failed'))
  log.info({ agentId: ctx.agentId, backend: backend.name, kernels: ctx.kernels.size }, 'agent runs')

  const stop = disposable(
    // A start is told before it is noted: whoever takes over must not meet a note that comes later.
    () => ctx.records.settled(),
    () => watch[Symbol.dispose](),
    async () => {
      await Promise.all([...ctx.kernels.values()].map(({ link: open }) => open?.[Symbol.asyncDispose]()))
    },
    async () => {
      closing.abort(new Error('the agent stops'))
      await Promise.all(loops)
    },
    async () => {
      if (settings.drain) await drain(ctx)
    },
  )
  return {
    name: 'agent',
    endpoints: {},
    paths: ctx.paths,
    [Symbol.asyncDispose]: () => stop[Symbol.asyncDispose](),
  }
}

async function openContext(parts: AgentParts, closing: AbortSignal): Promise<AgentContext> {
  const { backend, settings, dataDir, log } = parts
  const accelerators = acceleratorRegistry(parts.accelerators)
  const paths = await preparePaths({
    dataDir,
    scratchRoot: settings.scratchRoot,
    ipcBasePath: settings.ipcBasePath,
    ownUids: backend.ownUids !== null,
  })
  const [agentId, records, journal, facts, units] = await Promise.all([
    loadAgentId(paths.state, settings.id, () => parts.ids.next()),
    openRecordStore(join(paths.state, 'kernels'), log),
    openReportJournal({ dir: join(paths.state, 'reports'), link: parts.link, ids: parts.ids, log }),
    readHostFacts(),
    Promise.all(accelerators.map(computeUnitOf)),
  ])
  return {
    agentId,
    settings,
    paths,
    backend,
    accelerators,
    allocator: createAllocator({
      units: [...units, ...hostUnits(facts, settings)],
      allocationOrder: settings.allocationOrder,
      affinityPolicy: settings.affinityPolicy,
    }),
    ports: createPortPool({ range: settings.portRange, isFree: probePort(settings.bindHost) }),
    uids: backend.ownUids && createUidPool(backend.ownUids.first, backend.ownUids.count, hasProcesses),
    kernelUser: kernelUser(settings),
    images: createImageCatalog(backend),
    records,
    journal,
    openLink: parts.openLink ?? openKernelLink,
    kernels: new Map(),
    closing,
    clock: parts.clock,
    log,
  }
}

/** Users' processes never run as root, whatever the agent runs as. */
function kernelUser({ kernelUid, kernelGid }: AgentSettings): { uid: number; gid: number } {
  const fallback = 9001
  const uid = kernelUid >= 0 ? kernelUid : process.getuid?.() || fallback
  const gid = kernelGid >= 0 ? kernelGid : process.getgid?.() || fallback
  return { uid, gid }
}

async function drain(ctx: AgentContext): Promise<void> {
  const kernels = [...ctx.kernels.values()]
  await Promise.all(kernels.map((kernel) => destroyKernel(ctx, kernel, 'agent-termination')))
  await Promise.all(kernels.map(({ destruction }) => destruction))
  await ctx.journal.report({ type: 'agent_terminated', reason: 'drain' })
}
