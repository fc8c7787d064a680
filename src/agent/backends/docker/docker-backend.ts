import { join } from 'node:path'
import type Docker from 'dockerode'
import type { Clock } from '../../../lib/clock.ts'
import type { Logger } from '../../../lib/logger.ts'
import type { ContainerExit, KernelBackend } from '../../../plugin/kernel-backend.ts'
import { AgentError, describeError } from '../../agent-error.ts'
import { KERNEL_LABELS } from '../../kernels/labels.ts'
import { prepareRunnerBundle, removeOldBundles } from '../../runner-bundle.ts'
import { commitContainer } from './commit-container.ts'
import { containerOptions } from './container-options.ts'
import { accepting, statusOf } from './engine-error.ts'
import { followExits } from './engine-events.ts'
import { createEngineImages } from './engine-images.ts'
import { readEngineLog } from './engine-log.ts'
import { createEngineNetworks } from './engine-networks.ts'
import { createEngineUsage } from './engine-usage.ts'
import { kernelUlimits, withoutRefused } from './kernel-ulimits.ts'
import { pullImage } from './pull-image.ts'
import { refuseMovedSources } from './refuse-moved-sources.ts'

export interface DockerBackendOptions {
  docker: Docker
  dataDir: string
  /** The compiled program; it is copied with its loader into `<data>/runner/<sha256>/`. */
  executable: string
  /** Address at which published ports are reached. */
  kernelHost: string
  /** Bytes of output that the engine keeps per container. */
  maxLogBytes: number
  clock: Clock
  log: Logger
}

/** The kernel backend port over a Docker Engine. */
export async function openDockerBackend(options: DockerBackendOptions): Promise<KernelBackend> {
  const { docker, clock, log, maxLogBytes } = options
  const runnerRoot = join(options.dataDir, 'runner')
  const [bundle, version] = await Promise.all([
    prepareRunnerBundle(runnerRoot, options.executable),
    docker.version(),
  ])
  await removeOldBundles(runnerRoot, new Set([bundle.dir, ...(await mountedFolders(docker))]))
  const images = createEngineImages(docker)
  const usage = createEngineUsage(docker)
  const networks = createEngineNetworks(docker)
  const listeners = new Set<(exit: ContainerExit) => void>()
  const closing = new AbortController()
  /** Shrinks when the engine refuses one. */
  let ulimits = await kernelUlimits()
  const following = followExits(
    docker,
    (exit) => {
      for (const listener of listeners) listener(exit)
    },
    { clock, log, signal: closing.signal },
  )

  return {
    name: 'docker',
    description: `Docker Engine ${version.Version}`,
    kernelHost: options.kernelHost,
    sharesHostNetwork: false,
    ownUids: null,
    images: images.list,
    hasImage: images.has,
    pull: (image, auth, signal) => pullImage(docker, image, auth, signal),
    removeImage: images.remove,

    async run(spec, made) {
      if (spec.mounts.length > 0) await refuseMovedSources(spec)
      for (;;) {
        const container = await createContainer(
          docker,
          containerOptions({ spec, bundle, ulimits, maxLogBytes }),
        )
        const discard = () => accepting([404], () => container.remove({ force: true, v: true }))
        await made?.(container.id).catch(async (cause: unknown) => {
          await discard()
          throw cause
        })
        try {
          await container.start()
          return { containerId: container.id }
        } catch (cause) {
          await discard()
          const fewer = withoutRefused(ulimits, cause)
          if (fewer.length === ulimits.length) throw refused(cause)
          log.warn({ error: describeError(cause) }, 'the engine may not raise a limit: kernels go without it')
          ulimits = fewer
        }
      }
    },

    async remove(containerId, { graceMs, maxLogBytes: logBytes }) {
      const container = docker.getContainer(containerId)
      // 304: it has stopped already. The engine counts grace in whole seconds.
      // 409: it ended between our look and our signal.
      await accepting([304, 404, 409], () =>
        graceMs > 0
          ? container.stop({ t: Math.ceil(graceMs / 1_000) })
          : container.kill({ signal: 'SIGKILL' }),
      )
      const [state, output] = await Promise.all([
        accepting([404], () => container.inspect()),
        logBytes > 0 ? accepting([404], () => readEngineLog(docker, containerId, logBytes)) : null,
      ])
      await accepting([404], () => container.remove({ force: true, v: true }))
      usage.forget(containerId)
      return { exitCode: state?.State.ExitCode ?? null, log: output }
    },

    async find(ownerId) {
      const filters = { label: [`${KERNEL_LABELS.owner}=${ownerId}`] }
      const found = await docker.listContainers({ all: true, filters })
      return Promise.all(
        found.map(async ({ Id, Labels, State }) => {
          const running = State === 'running' || State === 'paused' || State === 'restarting'
          const exitCode = running
            ? null
            : ((await accepting([404], () => docker.getContainer(Id).inspect()))?.State.ExitCode ?? null)
          return {
            containerId: Id,
            kernelId: Labels[KERNEL_LABELS.kernelId] ?? '',
            sessionId: Labels[KERNEL_LABELS.sessionId] ?? '',
            running,
            exitCode,
            labels: Labels,
          }
        }),
      )
    },

    async logs(containerId, maxBytes) {
      const output = await accepting([404], () => readEngineLog(docker, containerId, maxBytes))
      return output ?? new Uint8Array()
    },

    async usage(containerId) {
      return accepting([404], () => usage.read(containerId))
    },

    commit: (containerId, target, labels, signal) =>
      commitContainer(docker, containerId, target, labels, signal),

    watch(onExit) {
      listeners.add(onExit)
      return { [Symbol.dispose]: () => void listeners.delete(onExit) }
    },

    createNetwork: networks.create,
    removeNetwork: networks.remove,
    findNetworks: networks.find,

    async [Symbol.asyncDispose]() {
      listeners.clear()
      closing.abort(new Error('the backend closes'))
      await following
    },
  }
}

/** A container of the same name is what a crash left of an earlier try: it goes, and the creation is repeated once. */
async function createContainer(
  docker: Docker,
  settings: Docker.ContainerCreateOptions,
): Promise<Docker.Container> {
  try {
    return await docker.createContainer(settings)
  } catch (error) {
    if (statusOf(error) === 404) {
      throw new AgentError('ImageNotAvailable', `${settings.Image} is not on this node`, { cause: error })
    }
    if (statusOf(error) !== 409 || !settings.name) throw refused(error)
    await accepting([404], () => docker.getContainer(settings.name ?? '').remove({ force: true, v: true }))
    return await docker.createContainer(settings).catch((second: unknown) => {
      throw refused(second)
    })
  }
}

const refused = (cause: unknown): AgentError =>
  new AgentError('ContainerCreationFailed', describeError(cause).message, { cause })

/** Host folders that containers mount at the runner's place. */
async function mountedFolders(docker: Docker): Promise<string[]> {
  const found = await docker.listContainers({ all: true, filters: { label: [KERNEL_LABELS.kernelId] } })
  return found.flatMap(({ Mounts }) => Mounts.map(({ Source }) => Source))
}
