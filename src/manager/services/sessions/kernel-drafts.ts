import { Problem } from '../../../core/problem.ts'
import { NO_SLOTS, type Slots, type SlotTypes, slotsToJson, sumSlots } from '../../../core/slots.ts'
import type { Store } from '../../../db/store.ts'
import type { ClusterNode, CreateSessionInput } from '../requests.ts'
import type { ImageRow } from '../rows.ts'
import { checkPreopenPorts } from './check-input.ts'
import { findImage } from './find-image.ts'
import { kernelSlots } from './kernel-slots.ts'
import type { Scope } from './scope.ts'

/** One kernel of a session that is about to be written. */
export interface KernelDraft {
  id: string
  clusterRole: string
  clusterIdx: number
  localRank: number
  image: ImageRow
  slots: Slots
  resourceOpts: Record<string, unknown>
  /** Where it differs from its session's; null: the same. */
  environ: Record<string, string> | null
  bootstrapScript: string | null
}

interface DraftContext {
  store: Pick<Store, 'db' | 'tables'>
  newId: () => string
  types: SlotTypes
  scope: Scope
  /** Of the main kernel; found already. */
  mainImage: ImageRow
}

/** The kernels of a session, the main one first: alike, or as the nodes of the request differ. */
export async function kernelDrafts(context: DraftContext, input: CreateSessionInput): Promise<KernelDraft[]> {
  const drafts: KernelDraft[] = []
  for (const node of nodesOf(input)) {
    const image =
      node.role === 'main' ? context.mainImage : await findImage(context.store, node.image, node.architecture)
    checkImage(image, input, context.scope)
    const { slots, shmemBytes } = kernelSlots({
      resources: node.resources,
      resourceOpts: node.resourceOpts,
      image,
      types: context.types,
    })
    for (let copy = 1; copy <= node.replicas; copy++) {
      drafts.push({
        id: context.newId(),
        clusterRole: node.role,
        clusterIdx: copy,
        localRank: drafts.length,
        image,
        slots,
        resourceOpts: { ...node.resourceOpts, shmem: String(shmemBytes) },
        environ: node.environ,
        bootstrapScript: node.bootstrapScript,
      })
    }
  }
  checkPreopenPorts(input.config.preopenPorts, context.mainImage.labels['ai.backend.service-ports'])
  return drafts
}

/** What all kernels ask for together. */
export const totalSlots = (drafts: readonly KernelDraft[]): Slots =>
  drafts.reduce((sum, { slots }) => sumSlots(sum, slots), NO_SLOTS)

/** The columns of a new kernel, but for those of its session. */
export const kernelColumns = (draft: KernelDraft, input: CreateSessionInput) => ({
  id: draft.id,
  clusterRole: draft.clusterRole,
  clusterIdx: draft.clusterIdx,
  localRank: draft.localRank,
  clusterHostname: `${draft.clusterRole}${draft.clusterIdx}`,
  image: draft.image.name,
  architecture: draft.image.architecture,
  registry: draft.image.registry,
  occupiedSlots: slotsToJson(draft.slots),
  requestedSlots: slotsToJson(draft.slots),
  resourceOpts: draft.resourceOpts,
  environ: draft.environ,
  bootstrapScript: draft.bootstrapScript,
  startupCommand: draft.localRank === 0 ? input.startupCommand : null,
})

function nodesOf(input: CreateSessionInput): ClusterNode[] {
  if (input.nodes) return input.nodes.toSorted((a, b) => rank(a) - rank(b))
  const { image, architecture, clusterSize, config } = input
  const common = {
    image,
    architecture,
    resources: config.resources,
    resourceOpts: config.resourceOpts,
    environ: null,
    bootstrapScript: null,
  }
  const main = { ...common, role: 'main', replicas: 1 }
  return clusterSize > 1 ? [main, { ...common, role: 'sub', replicas: clusterSize - 1 }] : [main]
}

const rank = ({ role }: ClusterNode): number => (role === 'main' ? 0 : 1)

const ROLE_OF_TYPE = {
  interactive: 'compute',
  batch: 'compute',
  inference: 'service',
  system: 'system',
} as const

function checkImage(image: ImageRow, input: CreateSessionInput, { domain }: Scope): void {
  if (!image.isLocal && !domain.allowedDockerRegistries.includes(image.registry)) {
    throw new Problem('object-not-found', {
      title: 'No such environment image.',
      msg: `The domain does not allow images of ${image.registry}.`,
    })
  }
  if (image.type !== ROLE_OF_TYPE[input.type]) {
    throw new Problem('invalid-api-params', {
      msg: `The image "${image.name}" is not made for ${input.type} sessions.`,
      data: {},
    })
  }
}
