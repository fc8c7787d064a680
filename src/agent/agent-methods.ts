import { readFile } from 'node:fs/promises'
import { mountsBelow, mountVolume, unmountVolume } from '../lib/node-mounts.ts'
import type { AgentServing, AgentStream } from '../wire/agent-link.ts'
import type { AgentMethods } from '../wire/agent-rpc.ts'
import type { AgentContext } from './agent-context.ts'
import { AgentError } from './agent-error.ts'
import { createKernelCommits } from './images/kernel-commits.ts'
import { loadImage, unloadImage } from './images/stored-images.ts'
import { snapshotOf } from './kernels/kernel.ts'
import type { KernelLives } from './kernels/kernel-lives.ts'
import { hardwareInfo } from './stats/hardware-info.ts'

const MAX_LOG_ANSWER_BYTES = 10 * 1024 * 1024

/** The manager's calls, each handed to the part that does it. */
export function agentMethods(
  ctx: AgentContext,
  lives: KernelLives,
  rescan: () => Promise<void>,
): AgentMethods {
  const commits = createKernelCommits(ctx)
  return {
    ping: async ({ message }) => ({ message }),
    createKernels: async (args) => ({ accepted: await lives.create(args) }),
    async destroyKernel({ kernelId, sessionId, reason }) {
      await lives.destroy(kernelId, sessionId, reason)
      return { accepted: true }
    },
    async restartKernel(args) {
      await lives.restart(args)
      return { accepted: true }
    },
    listKernels: async () => ({ kernels: [...ctx.kernels.values()].map(snapshotOf) }),
    execute: ({ kernelId, ...request }) => lives.linkOf(kernelId).execute(request),
    async interrupt({ kernelId }) {
      await lives.linkOf(kernelId).interrupt()
      return {}
    },
    complete: ({ kernelId, code, options }) => lives.linkOf(kernelId).call('complete', { code, options }),
    listFiles: ({ kernelId, path }) => lives.linkOf(kernelId).call('listFiles', { path }),
    uploadFile: ({ kernelId, path, content }) => lives.linkOf(kernelId).call('writeFile', { path, content }),
    downloadFile: ({ kernelId, path, maxBytes }) =>
      lives.linkOf(kernelId).call('archive', { path, maxBytes }),
    readOutput: ({ kernelId, ...piece }) => lives.linkOf(kernelId).call('readOutput', piece),
    async logs({ kernelId }) {
      const containerId = ctx.kernels.get(kernelId)?.record.containerId
      if (!containerId)
        throw new AgentError('KernelNotFound', `this agent has no container of kernel ${kernelId}`)
      const bytes = await ctx.backend.logs(containerId, MAX_LOG_ANSWER_BYTES)
      return { logs: new TextDecoder().decode(bytes) }
    },
    startService({ kernelId, name, arguments: options, envs }) {
      const service = ctx.kernels.get(kernelId)?.record.servicePorts.find((port) => port.name === name)
      if (!service) throw new AgentError('InvalidKernelConfig', `kernel ${kernelId} has no service "${name}"`)
      const { containerPorts, protocol } = service
      const args = { name, ports: containerPorts, protocol, arguments: options, envs }
      return lives.linkOf(kernelId).call('startService', args)
    },
    shutdownService: ({ kernelId, name }) => lives.linkOf(kernelId).call('shutdownService', { name }),
    commitKernel: (args) => commits.begin(args),
    commitStatus: async ({ kernelId }) => commits.state(kernelId),
    async scanImages() {
      await rescan()
      return {}
    },
    async pullImage({ image }) {
      const pulled = await loadImage(ctx, image)
      if (pulled) await rescan()
      return { pulled }
    },
    async removeImage({ canonical }) {
      const removed = await unloadImage(ctx, canonical)
      if (removed) await rescan()
      return { removed }
    },
    hardwareInfo: () => hardwareInfo(ctx.accelerators),
    listMounts: async ({ root }) => ({ mounts: await mountsBelow(root) }),
    async mountVolume(args) {
      await mountVolume(args)
      return {}
    },
    async unmountVolume(args) {
      await unmountVolume(args)
      return {}
    },
    readFstab: async ({ path }) => ({ content: await readFile(path, 'utf8') }),
  }
}

/** Terminals and TCP connections: bytes both ways until one side ends. */
export const serveStream =
  (lives: KernelLives): AgentServing['stream'] =>
  async (kind, args, stream) => {
    const link = lives.linkOf(args.kernelId)
    const target =
      'port' in args
        ? ({ what: 'tcp', port: args.port } as const)
        : ({ what: 'pty', rows: args.rows, cols: args.cols } as const)
    if ((kind === 'tcp') !== (target.what === 'tcp'))
      throw new AgentError('InvalidKernelConfig', `${kind}: bad arguments`)
    await using inside = await link.openStream(target)
    stream.onControl((value) => inside.control(value))
    const outward = copy(inside, stream)
    // The end of the inside ends the stream; the end of the outside only ends its direction, its loss ends all.
    const inward = copy(stream, inside).then(() => outward)
    await Promise.race([outward, inward])
  }

/** Until `from` ends, or `to` takes no more: then the other direction says how it ended. */
async function copy(from: AgentStream, to: AgentStream): Promise<void> {
  for await (const chunk of from.chunks) {
    const isTaken = await to.write(chunk).then(
      () => true,
      () => false,
    )
    if (!isTaken) return
  }
  to.end()
}
