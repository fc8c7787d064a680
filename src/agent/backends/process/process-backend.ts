import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Clock } from '../../../lib/clock.ts'
import type { Logger } from '../../../lib/logger.ts'
import type {
  ContainerExit,
  ContainerSpec,
  FoundContainer,
  KernelBackend,
} from '../../../plugin/kernel-backend.ts'
import { LINK_SOCKET, RUNNER_ENVIRON } from '../../../wire/runner-environ.ts'
import { AgentError, describeError } from '../../agent-error.ts'
import { KERNEL_LABELS } from '../../kernels/labels.ts'
import { publicBase } from '../../paths.ts'
import { boundLog, readLog } from './bounded-log.ts'
import { findCgroups, type KernelCgroup } from './cgroup.ts'
import { openContainerFolders, type ProcessRecord } from './container-folder.ts'
import { findLaunchTools, LAUNCH_SCRIPT, launchCommand } from './launch-script.ts'
import { findPython, JAVASCRIPT, nativeImage } from './native-runtimes.ts'
import { placeMounts } from './place-mounts.ts'
import { readProcess } from './proc.ts'
import { findSupervisor, isAlive, membersOf, signal } from './process-tree.ts'
import { usageOf } from './process-usage.ts'
import { reachableCommand } from './reachable-command.ts'
import { uidWindow } from './uid-window.ts'

export interface ProcessBackendOptions {
  dataDir: string
  /** Starts this program again; see `selfCommand`. */
  command: readonly string[]
  /** Address at which kernels' services are reached. */
  kernelHost: string
  /** Bytes of output kept per kernel. */
  maxLogBytes: number
  clock: Clock
  log: Logger
}

/** Exits are looked for this often; one of our own children tells at once. */
const WATCH_MS = 250
const LOG_CHECK_MS = 2_000

/**
 * Kernels as native processes in scratch folders of their own: with a user, control group, cores and limits of their
 * own where this machine allows, and no security boundary. They outlive the agent.
 */
export async function openProcessBackend(options: ProcessBackendOptions): Promise<KernelBackend> {
  const { clock, log } = options
  const folders = await openContainerFolders(join(resolve(options.dataDir), 'process-kernels'))
  const tools = findLaunchTools()
  const isRoot = process.getuid?.() === 0
  const reachable =
    isRoot && tools.setpriv
      ? await reachableCommand(options.command, await publicBase(options.dataDir))
      : null
  const self = reachable ?? options.command
  const ownUser = reachable !== null
  const cgroups = isRoot ? findCgroups() : null
  const python = await findPython(ownUser)
  const images = [...(python ? [python] : []), JAVASCRIPT].map(nativeImage)

  const listeners = new Set<(exit: ContainerExit) => void>()
  /** Containers whose exit nobody has been told of. */
  const live = new Map<string, ProcessRecord>()
  const cgroupOf = (record: ProcessRecord): KernelCgroup | null =>
    record.cgroup && cgroups ? cgroups.open(record.containerId) : null

  const checkExit = (record: ProcessRecord) => {
    if (isAlive(record) || !live.delete(record.containerId)) return
    const outOfMemory = cgroupOf(record)?.wasOutOfMemory() ?? false
    const exitCode = folders.exitCode(record.containerId) ?? 255
    for (const listener of listeners) {
      listener({ containerId: record.containerId, kernelId: record.kernelId, exitCode, outOfMemory })
    }
  }
  const exitTimer = setInterval(() => {
    for (const record of live.values()) checkExit(record)
  }, WATCH_MS)
  const logTimer = setInterval(() => {
    for (const { containerId } of live.values()) {
      boundLog(folders.logPath(containerId), options.maxLogBytes).catch((error: unknown) =>
        log.warn({ error: describeError(error), containerId }, 'a log could not be cut'),
      )
    }
  }, LOG_CHECK_MS)

  /** Completes a record whose writer died between start and note. */
  const known = async (record: ProcessRecord): Promise<ProcessRecord> => {
    if (record.pid !== null) return record
    const supervisor = findSupervisor(record)
    if (!supervisor) return record
    const complete = { ...record, pid: supervisor.pid, startTime: supervisor.startTime }
    await folders.save(complete)
    return complete
  }

  const killAll = async (record: ProcessRecord, cgroup: KernelCgroup | null) => {
    const deadline = clock.now() + 10_000
    while (true) {
      const members = membersOf(record, cgroup)
      if (members.length === 0) return
      for (const { pid } of members) signal(pid, 'SIGKILL')
      if (clock.now() > deadline)
        throw new Error(`${members.length} processes of ${record.kernelId} do not end`)
      await clock.sleep(5)
    }
  }

  const erase = async (record: ProcessRecord) => {
    const cgroup = cgroupOf(record)
    live.delete(record.containerId)
    await killAll(record, cgroup)
    cgroup?.remove()
    await folders.remove(record.containerId)
  }

  return {
    name: 'process',
    description: `native processes${ownUser ? ', a user each' : ''}${cgroups ? ', limited memory' : ''} (no security boundary)`,
    kernelHost: options.kernelHost,
    sharesHostNetwork: true,
    ownUids: ownUser ? uidWindow(resolve(options.dataDir)) : null,
    images: async () => images,
    hasImage: async (canonical, digest) =>
      images.some((image) => image.canonical === canonical && (digest === null || image.digest === digest)),
    async pull(image) {
      throw new AgentError(
        'ImageNotAvailable',
        `native processes cannot pull ${image}: offered are ${images.map(({ canonical }) => canonical).join(', ')}`,
      )
    },

    async removeImage(image) {
      if (!images.some(({ canonical }) => canonical === image)) return false
      throw new AgentError('not-implemented', `${image} is this machine's own and cannot be removed`)
    },

    commit: null,

    async run(spec, made) {
      const containerId = `${spec.kernelId}.${randomBytes(4).toString('hex')}`
      await made?.(containerId)
      const record: ProcessRecord = {
        containerId,
        kernelId: spec.kernelId,
        sessionId: spec.sessionId,
        labels: spec.labels,
        uid: ownUser ? spec.uid : null,
        cgroup: cgroups !== null,
        pid: null,
        startTime: null,
      }
      await folders.save(record)
      const flag = folders.mountedPath(containerId)
      try {
        const mounts = await placeMounts(spec, { tools: tools.mounts, flag, clock })
        const cgroup = cgroups?.create(containerId, spec.memoryBytes) ?? null
        const joinFiles = cgroup?.joinFiles.join(' ') ?? ''
        const command = [...mounts.command, ...launchCommand(self, spec, tools, ownUser)]
        const args = [
          '-c',
          LAUNCH_SCRIPT,
          'backendai-kernel',
          folders.exitPath(containerId),
          joinFiles,
          ...command,
        ]
        const output = openSync(folders.logPath(containerId), 'a', 0o600)
        for (const note of mounts.notes) writeSync(output, note)
        const child = spawn('/bin/sh', args, {
          detached: true,
          cwd: '/',
          env: runnerEnviron(spec, self),
          stdio: ['ignore', output, output],
        })
        closeSync(output)
        const pid = await started(child)
        child.unref()
        const noted = { ...record, pid, startTime: readProcess(pid)?.startTime ?? '' }
        child.once('exit', () => checkExit(noted))
        live.set(containerId, noted)
        await folders.save(noted)
        await mounts.taken(() => !isAlive(noted))
        return { containerId }
      } catch (cause) {
        await erase(live.get(containerId) ?? record)
        if (cause instanceof AgentError) throw cause
        throw new AgentError('ContainerCreationFailed', describeError(cause).message, { cause })
      }
    },

    async remove(containerId, { graceMs, maxLogBytes }) {
      const stored = await folders.load(containerId)
      if (!stored) return { exitCode: null, log: null }
      const record = await known(stored)
      live.delete(containerId)
      if (isAlive(record) && record.pid !== null) {
        signal(-record.pid, 'SIGTERM')
        const deadline = clock.now() + graceMs
        while (isAlive(record) && clock.now() < deadline) await clock.sleep(5)
      }
      await killAll(record, cgroupOf(record))
      const exitCode = folders.exitCode(containerId) ?? 137
      const output = maxLogBytes > 0 ? await readLog(folders.logPath(containerId), maxLogBytes) : null
      await erase(record)
      return { exitCode, log: output }
    },

    async find(ownerId) {
      const records = (await folders.list()).filter(({ labels }) => labels[KERNEL_LABELS.owner] === ownerId)
      return Promise.all(
        records.map(async (stored): Promise<FoundContainer> => {
          const record = await known(stored)
          const running = isAlive(record)
          if (running) live.set(record.containerId, record)
          const { containerId, kernelId, sessionId, labels } = record
          const exitCode = running ? null : (folders.exitCode(containerId) ?? 255)
          return { containerId, kernelId, sessionId, running, exitCode, labels }
        }),
      )
    },

    logs: (containerId, maxBytes) => readLog(folders.logPath(containerId), maxBytes),

    async usage(containerId) {
      const record = live.get(containerId)
      if (!record || !isAlive(record)) return null
      const cgroup = cgroupOf(record)
      return usageOf(membersOf(record, cgroup), cgroup)
    },

    watch(onExit) {
      listeners.add(onExit)
      return { [Symbol.dispose]: () => void listeners.delete(onExit) }
    },

    // Kernels of one session already share the host's network.
    createNetwork: async () => {},
    removeNetwork: async () => {},
    findNetworks: async () => [],

    async [Symbol.asyncDispose]() {
      clearInterval(exitTimer)
      clearInterval(logTimer)
      listeners.clear()
    },
  }
}

const started = (child: ReturnType<typeof spawn>): Promise<number> =>
  new Promise((resolvePid, reject) => {
    child.once('error', reject)
    if (child.pid !== undefined) resolvePid(child.pid)
  })

function runnerEnviron(spec: ContainerSpec, self: readonly string[]): Record<string, string> {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LANG: 'C.UTF-8',
    ...spec.environ,
    [RUNNER_ENVIRON.kernelId]: spec.kernelId,
    [RUNNER_ENVIRON.socket]: join(spec.linkDir, LINK_SOCKET),
    [RUNNER_ENVIRON.workDir]: spec.workDir,
    [RUNNER_ENVIRON.configDir]: spec.configDir,
    [RUNNER_ENVIRON.runtime]: spec.runtime.type,
    [RUNNER_ENVIRON.runtimePath]: spec.runtime.path,
    [RUNNER_ENVIRON.self]: JSON.stringify(self),
  }
}
