import type Docker from 'dockerode'
import type { ContainerSpec } from '../../../plugin/kernel-backend.ts'
import { CONTAINER_PATHS, LINK_SOCKET, RUNNER_ENVIRON } from '../../../wire/runner-environ.ts'
import type { RunnerBundle } from '../../runner-bundle.ts'
import type { Ulimit } from './kernel-ulimits.ts'

export interface ContainerOptionsInput {
  spec: ContainerSpec
  bundle: RunnerBundle
  ulimits: readonly Ulimit[]
  /** Bytes of output that the engine keeps. */
  maxLogBytes: number
}

const LOG_FILES = 5

/** The command that starts our executable inside a container through its own loader, whatever libc the image has. */
export const runnerCommand = ({ loader, executable }: RunnerBundle): string[] => [
  `${CONTAINER_PATHS.runner}/${loader}`,
  '--library-path',
  CONTAINER_PATHS.runner,
  `${CONTAINER_PATHS.runner}/${executable}`,
]

/** The engine's settings for a kernel (agent-kernel.md §4, "Container creation options"). */
export function containerOptions({
  spec,
  bundle,
  ulimits,
  maxLogBytes,
}: ContainerOptionsInput): Docker.ContainerCreateOptions {
  const { network } = spec
  const memory = Number(spec.memoryBytes - spec.shmBytes)
  const ports = spec.ports.map(({ container, host, hostIp }) => ({
    key: `${container}/tcp`,
    binding: [{ HostIp: hostIp, HostPort: String(host) }],
  }))
  const bind = (source: string, target: string, readOnly: boolean): Docker.MountSettings => ({
    Type: 'bind',
    Source: source,
    Target: target,
    ReadOnly: readOnly,
  })
  const self = runnerCommand(bundle)
  return {
    name: containerName(spec),
    Image: spec.image,
    Entrypoint: [...self, 'kernel-runner'],
    Cmd: [],
    User: '0:0',
    Tty: true,
    OpenStdin: true,
    StopSignal: 'SIGTERM',
    WorkingDir: CONTAINER_PATHS.work,
    Hostname: spec.hostname,
    Labels: spec.labels,
    Env: Object.entries(runnerEnviron(spec, self)).map(([name, value]) => `${name}=${value}`),
    ExposedPorts: Object.fromEntries(ports.map(({ key }) => [key, {}])),
    HostConfig: {
      Init: true,
      Mounts: [
        bind(bundle.dir, CONTAINER_PATHS.runner, true),
        bind(spec.linkDir, CONTAINER_PATHS.link, true),
        bind(spec.configDir, CONTAINER_PATHS.config, true),
        bind(spec.workDir, CONTAINER_PATHS.work, false),
        ...spec.mounts.map(({ source, target, readOnly }) => bind(source, target, readOnly)),
      ],
      CapAdd: ['IPC_LOCK', 'SYS_NICE'],
      Ulimits: [...ulimits],
      LogConfig: {
        Type: 'local',
        Config: {
          'max-size': String(Math.max(1, Math.floor(maxLogBytes / LOG_FILES))),
          'max-file': String(LOG_FILES),
        },
      },
      PortBindings: Object.fromEntries(ports.map(({ key, binding }) => [key, binding])),
      ...(spec.cpus.length > 0
        ? { NanoCpus: spec.cpus.length * 1_000_000_000, CpusetCpus: spec.cpus.join(',') }
        : {}),
      Memory: memory,
      MemorySwap: memory,
      ...(spec.shmBytes > 0n ? { ShmSize: Number(spec.shmBytes) } : {}),
      ...(network.mode === 'default' ? {} : { NetworkMode: network.mode === 'host' ? 'host' : network.name }),
      ...deviceSettings(spec.devices),
    },
    ...(network.mode === 'named' && network.aliases.length > 0
      ? { NetworkingConfig: { EndpointsConfig: { [network.name]: { Aliases: network.aliases } } } }
      : {}),
  }
}

/** `kernel.<last part of the image>.<kernel id>` */
function containerName({ image, kernelId }: ContainerSpec): string {
  const last = image.split('/').at(-1)?.split(':')[0] ?? 'image'
  return `kernel.${last.replace(/[^\w.-]/g, '-')}.${kernelId}`
}

function runnerEnviron(spec: ContainerSpec, self: readonly string[]): Record<string, string> {
  return {
    ...spec.environ,
    [RUNNER_ENVIRON.kernelId]: spec.kernelId,
    [RUNNER_ENVIRON.socket]: `${CONTAINER_PATHS.link}/${LINK_SOCKET}`,
    [RUNNER_ENVIRON.workDir]: CONTAINER_PATHS.work,
    [RUNNER_ENVIRON.configDir]: CONTAINER_PATHS.config,
    [RUNNER_ENVIRON.runtime]: spec.runtime.type,
    [RUNNER_ENVIRON.runtimePath]: spec.runtime.path,
    [RUNNER_ENVIRON.self]: JSON.stringify(self),
    [RUNNER_ENVIRON.uid]: String(spec.uid),
    [RUNNER_ENVIRON.gid]: String(spec.gid),
  }
}

/** Plugins give parts of HostConfig (`DeviceRequests`, `Devices`, …); lists of several plugins are joined. */
function deviceSettings(devices: readonly Record<string, unknown>[]): Record<string, unknown> {
  const merged: Record<string, unknown> = {}
  for (const part of devices) {
    for (const [name, value] of Object.entries(part)) {
      const before = merged[name]
      merged[name] = Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value
    }
  }
  return merged
}
