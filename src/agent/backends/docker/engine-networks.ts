import type Docker from 'dockerode'
import type { KernelBackend } from '../../../plugin/kernel-backend.ts'
import { KERNEL_LABELS } from '../../kernels/labels.ts'
import { accepting } from './engine-error.ts'

export interface EngineNetworks {
  create: KernelBackend['createNetwork']
  remove: KernelBackend['removeNetwork']
  find: KernelBackend['findNetworks']
}

/** Bridge networks of sessions whose kernels are all on this machine. */
export function createEngineNetworks(docker: Docker): EngineNetworks {
  // One step per name at a time: the engine would make two networks of one name, or remove one that is being joined.
  const tails = new Map<string, Promise<void>>()
  const inOrder = (name: string, step: () => Promise<void>): Promise<void> => {
    const next = (tails.get(name) ?? Promise.resolve()).catch(() => undefined).then(step)
    tails.set(name, next)
    const forget = () => {
      if (tails.get(name) === next) tails.delete(name)
    }
    next.then(forget, forget)
    return next
  }

  const open = async (name: string, labels: Record<string, string>): Promise<void> => {
    const existing = await docker.listNetworks({ filters: { name: [name] } })
    if (existing.some((network) => network.Name === name)) return
    // 409: somebody else made it meanwhile.
    await accepting([409], () =>
      docker.createNetwork({ Name: name, Driver: 'bridge', Labels: labels, CheckDuplicate: true }),
    )
  }
  const close = async (name: string): Promise<void> => {
    // 403: containers are on it.
    await accepting([403, 404], () => docker.getNetwork(name).remove())
  }

  return {
    create: (name, labels) => inOrder(name, () => open(name, labels)),
    remove: (name) => inOrder(name, () => close(name)),
    async find(ownerId) {
      const filters = { label: [KERNEL_LABELS.clusterNetwork, `${KERNEL_LABELS.owner}=${ownerId}`] }
      const found = await docker.listNetworks({ filters })
      return found.map(({ Name, Labels }) => ({
        name: Name,
        sessionId: Labels?.[KERNEL_LABELS.sessionId] ?? '',
      }))
    },
  }
}
