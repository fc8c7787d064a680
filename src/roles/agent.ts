import { randomUUID } from 'node:crypto'
import { homedir, hostname } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadMockAccelerator } from '../../plugins/accelerator-mock/load-mock-accelerator.ts'
import { describeRuntimes, type RuntimesDescription } from '../agent/backends/describe-runtimes.ts'
import { isCompiled, selfCommand } from '../agent/backends/process/self-command.ts'
import { startAgent } from '../agent/role.ts'
import { type AgentSettings, DEFAULT_AGENT_SETTINGS } from '../agent/settings.ts'
import { VERSION } from '../core/version.ts'
import type { AcceleratorPlugin } from '../plugin/accelerator.ts'
import type { KernelBackend } from '../plugin/kernel-backend.ts'
import { acceleratorRegistry } from '../plugin/registry.ts'
import type { ManagerLink } from '../wire/agent-link.ts'
import type { RoleContext } from './context.ts'
import type { RunningRole } from './role.ts'

export interface WiredAgent extends RunningRole {
  /** For the greeting. */
  readonly runtimes: RuntimesDescription
  /** Where users' files are. */
  readonly scratchRoot: string
}

/** Chooses the kernel backend, opens the accelerators, and starts the agent on a link. */
export async function wireAgent(
  context: RoleContext,
  link: ManagerLink,
  options: { drain: boolean },
): Promise<WiredAgent> {
  const { clock, dataDir } = context
  const log = context.log.child({ role: 'agent' })
  const backend = await openBackend(context)
  try {
    const running = await startAgent({
      link,
      backend,
      accelerators: await openAccelerators(context),
      settings: settingsOf(context, options.drain),
      dataDir,
      clock,
      log,
      ids: { next: () => randomUUID() },
    })
    return {
      name: 'agent',
      endpoints: running.endpoints,
      scratchRoot: running.paths.scratchRoot,
      runtimes: await describeRuntimes(backend),
      [Symbol.asyncDispose]: async () => {
        await running[Symbol.asyncDispose]()
        await backend[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    await backend[Symbol.asyncDispose]()
    throw error
  }
}

async function openBackend(context: RoleContext): Promise<KernelBackend> {
  const { config, dataDir, clock } = context
  const base = {
    dataDir,
    clock,
    log: context.log.child({ role: 'agent' }),
    kernelHost: hosts(config).publicHost,
    maxLogBytes: DEFAULT_AGENT_SETTINGS.maxLogBytes,
  }
  const wanted = config.agent.backend
  if (wanted !== 'process') {
    const { findEngine } = await import('../agent/backends/docker/engine.ts')
    const engine = await findEngine()
    if (engine) {
      const { openDockerBackend } = await import('../agent/backends/docker/docker-backend.ts')
      return openDockerBackend({ ...base, docker: engine.docker, executable: executablePath() })
    }
    if (wanted === 'docker') {
      throw new Error('agent.backend is "docker", but no Docker Engine answers on DOCKER_HOST or its socket')
    }
  }
  const { openProcessBackend } = await import('../agent/backends/process/process-backend.ts')
  return openProcessBackend({ ...base, command: selfCommand() })
}

/** What containers run as their runner: this executable, or the built one while running from source. */
function executablePath(): string {
  if (isCompiled()) return process.execPath
  return fileURLToPath(new URL('../../dist/backendai', import.meta.url))
}

/** The compiled-in accelerators that this node has; the mock one serves where its file is found. */
async function openAccelerators({ config, dataDir }: RoleContext): Promise<AcceleratorPlugin[]> {
  const { allowComputePlugins, blockComputePlugins } = config.agent
  const folders = [process.cwd(), dataDir, join(homedir(), '.config/backend.ai'), '/etc/backend.ai']
  const found = [await loadMockAccelerator({ folders })].filter((plugin) => plugin !== null)
  return acceleratorRegistry(found, { allow: allowComputePlugins, block: blockComputePlugins })
}

function hosts({ agent, container }: RoleContext['config']): { bindHost: string; publicHost: string } {
  const bindHost = container.bindHost ?? '0.0.0.0'
  const fallback = bindHost === '0.0.0.0' ? hostname() : bindHost
  return { bindHost, publicHost: agent.publicHost ?? container.advertisedHost ?? fallback }
}

function settingsOf({ config, dataDir }: RoleContext, drain: boolean): AgentSettings {
  const { agent, container, resource, debug } = config
  const { bindHost, publicHost } = hosts(config)
  return {
    ...DEFAULT_AGENT_SETTINGS,
    id: agent.id,
    version: VERSION,
    region: agent.region,
    scalingGroup: agent.scalingGroup,
    scalingGroupType: agent.scalingGroupType,
    addr: `agent://${publicHost}`,
    publicHost,
    bindHost,
    // Left to the agent where they are the defaults: it moves them when users of kernels could not reach them.
    ipcBasePath: agent.ipcBasePath === join(dataDir, 'ipc') ? null : agent.ipcBasePath,
    scratchRoot: container.scratchRoot === join(dataDir, 'scratches') ? null : container.scratchRoot,
    kernelUid: container.kernelUid,
    kernelGid: container.kernelGid,
    portRange: [container.portRange.from, container.portRange.to],
    reservedCpu: resource.reservedCpu,
    reservedMem: BigInt(resource.reservedMem),
    cpuOvercommit: resource.cpuOvercommitFactor,
    memOvercommit: resource.memOvercommitFactor,
    allocationOrder: resource.allocationOrder,
    affinityPolicy: resource.affinityPolicy,
    kernelCreationConcurrency: agent.kernelCreationConcurrency,
    syncIntervalMs: agent.syncContainerLifecycles.interval * 1000,
    heartbeatIntervalMs: Math.min(debug.heartbeatInterval * 1000, DEFAULT_AGENT_SETTINGS.heartbeatIntervalMs),
    imageCommitPath: agent.imageCommitPath,
    abuseReportPath: agent.abuseReportPath,
    forceTerminateAbusing: agent.forceTerminateAbusingContainers,
    alternativeBridge: container.alternativeBridge,
    drain,
  }
}
