import { parseBytes } from '../../core/bytes.ts'
import type { ContainerSpec } from '../../plugin/kernel-backend.ts'
import { RUNNER_ENVIRON } from '../../wire/runner-environ.ts'
import type { AgentContext } from '../agent-context.ts'
import { AgentError } from '../agent-error.ts'
import type { Allocations } from '../allocator/allocator.ts'
import type { ScratchPaths } from '../scratch/scratch.ts'
import type { KernelRecord } from './kernel-record.ts'
import { IMAGE_LABELS, labelsOf } from './labels.ts'

export interface AcceleratorSettings {
  environ: Record<string, string>
  mounts: ContainerSpec['mounts']
  devices: Record<string, unknown>[]
  resourceLines: Record<string, string>
}

/** What the accelerators of an allocation ask of the container. */
export async function acceleratorSettings(
  { accelerators }: Pick<AgentContext, 'accelerators'>,
  allocations: Allocations,
): Promise<AcceleratorSettings> {
  const all: AcceleratorSettings = { environ: {}, mounts: [], devices: [], resourceLines: {} }
  for (const plugin of accelerators) {
    const group = allocations[plugin.key]
    if (!group) continue
    const settings = await plugin.containerSettings(byDevice(group))
    Object.assign(all.environ, settings.environ)
    Object.assign(all.resourceLines, settings.resourceLines)
    all.mounts.push(...settings.mounts)
    all.devices.push(...settings.devices)
  }
  return all
}

/** slot → device → amount turned into device → slot → amount. */
export function byDevice(group: Allocations[string]): Record<string, Record<string, string>> {
  const result: Record<string, Record<string, string>> = {}
  for (const [slot, devices] of Object.entries(group)) {
    for (const [id, amount] of Object.entries(devices)) result[id] = { ...result[id], [slot]: amount }
  }
  return result
}

/** Models of the allocated devices, as `kernel_started` tells them. */
export async function attachedDevices(
  { accelerators }: Pick<AgentContext, 'accelerators'>,
  allocations: Allocations,
): Promise<Record<string, unknown>> {
  const result: Record<string, unknown> = {}
  for (const plugin of accelerators) {
    const group = allocations[plugin.key]
    if (!group) continue
    const used = byDevice(group)
    const devices = (await plugin.devices()).filter(({ id }) => used[id] !== undefined)
    result[plugin.key] = devices.map((device) => ({
      device_id: device.id,
      model_name: device.model,
      data: { ...used[device.id], mem: device.memoryBytes.toString(), smp: device.processingUnits },
    }))
  }
  return result
}

export interface ContainerSpecParts {
  record: KernelRecord
  allocations: Allocations
  accelerators: AcceleratorSettings
  scratch: ScratchPaths
  linkDir: string
}

export function containerSpec(ctx: AgentContext, parts: ContainerSpecParts): ContainerSpec {
  const { record, allocations, accelerators, scratch, linkDir } = parts
  const { config, cluster } = record
  const memoryBytes = BigInt(Object.values(allocations.mem?.mem ?? {})[0] ?? '0')
  const shmBytes = shmemOf(config.resourceOpts.shmem)
  if (shmBytes >= memoryBytes) {
    throw new AgentError(
      'InvalidResourceArgument',
      `shmem ${shmBytes} must be smaller than mem ${memoryBytes}`,
    )
  }
  return {
    kernelId: record.kernelId,
    sessionId: record.sessionId,
    image: config.image.canonical,
    hostname: config.clusterHostname,
    mounts: [
      ...config.mounts.map(({ hostPath, kernelPath, permission }) => ({
        source: hostPath,
        target: kernelPath,
        readOnly: permission === 'ro',
      })),
      ...accelerators.mounts,
    ],
    workDir: scratch.work,
    configDir: scratch.config,
    linkDir,
    runtime: {
      type: config.image.labels[IMAGE_LABELS.runtimeType] ?? 'app',
      path: config.image.labels[IMAGE_LABELS.runtimePath] ?? '',
    },
    environ: { [RUNNER_ENVIRON.token]: record.token },
    labels: labelsOf(record, ctx.agentId),
    cpus: Object.keys(allocations.cpu?.cpu ?? {})
      .map(Number)
      .sort((a, b) => a - b),
    memoryBytes,
    shmBytes,
    ports: ctx.backend.sharesHostNetwork ? [] : portBindings(ctx, record),
    network: networkOf(ctx, cluster.networkName, config.clusterHostname),
    devices: accelerators.devices,
    uid: record.uid,
    gid: record.gid,
  }
}

function portBindings({ settings }: AgentContext, { servicePorts }: KernelRecord): ContainerSpec['ports'] {
  return servicePorts.flatMap(({ name, containerPorts, hostPorts }) =>
    containerPorts.flatMap((container, index) => {
      const host = hostPorts[index]
      if (host === undefined) return []
      // The terminal of a storage node is for its own host only (agent-kernel.md §4).
      const isPrivate = settings.scalingGroupType === 'storage' && name === 'ttyd'
      return [{ container, host, hostIp: isPrivate ? '127.0.0.1' : settings.bindHost }]
    }),
  )
}

function networkOf(
  { settings }: AgentContext,
  name: string | null,
  hostname: string,
): ContainerSpec['network'] {
  if (name === 'host') return { mode: 'host' }
  if (name !== null) return { mode: 'named', name, aliases: [hostname] }
  if (settings.alternativeBridge === null) return { mode: 'default' }
  return { mode: 'named', name: settings.alternativeBridge, aliases: [] }
}

/** 0 = the backend's default, taken from nothing. */
function shmemOf(value: unknown): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value)
  if (value === undefined || value === null || value === '') return 0n
  if (typeof value !== 'string') throw new AgentError('InvalidResourceArgument', 'shmem must be a size')
  try {
    return parseBytes(value)
  } catch (cause) {
    throw new AgentError('InvalidResourceArgument', `shmem: "${value}" is no size`, { cause })
  }
}
