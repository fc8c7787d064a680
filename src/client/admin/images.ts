import type { Connection } from '../connection.ts'
import type { GraphQl } from '../graphql.ts'
import { selection } from './selection.ts'
import { wireInput } from './wire-input.ts'

export interface Image {
  id: string
  name: string
  humanized_name: string
  tag: string
  registry: string
  architecture: string
  is_local: boolean
  digest: string
  labels: { key: string; value: string }[]
  aliases: string[]
  size_bytes: number
  resource_limits: { key: string; min: string | null; max: string | null }[]
  supported_accelerators: string[]
  installed: boolean
  installed_agents: string[] | null
  hash: string
}

export interface ImageChanges {
  name?: string | undefined
  registry?: string | undefined
  image?: string | undefined
  tag?: string | undefined
  architecture?: string | undefined
  isLocal?: boolean | undefined
  sizeBytes?: number | undefined
  /** `COMPUTE`, `SYSTEM` or `SERVICE`. */
  type?: string | undefined
  digest?: string | undefined
  labels?: readonly { key: string; value: string }[] | undefined
  supportedAccelerators?: readonly string[] | undefined
  resourceLimits?: readonly { key: string; min?: string; max?: string }[] | undefined
}

/** An image that is made of a source by a session of its own (`POST /image/import`). */
export interface ImageImport {
  /** Where the image that is not made for the platform comes from. */
  src: string
  /** Name of the new one. */
  target: string
  architecture: string
  launchOptions: { scalingGroup: string; group: string }
  brand: string
  baseDistro: string
  minCPU?: number
  minMemory?: string
  preferredSharedMemory?: string
  supportedAccelerators?: string
  runtimeType: string
  runtimePath: string
  CPUCountEnvs?: readonly string[]
  servicePorts?: readonly { name: string; protocol: string; ports: readonly number[] }[]
}

const FIELDS = [
  'name',
  'registry',
  'architecture',
  'tag',
  'digest',
  'size_bytes',
  'aliases',
] as const satisfies readonly (keyof Image)[]
type Fields = (typeof FIELDS)[number]

/** Targets are full references such as `cr.backend.ai/stable/python:3.9-ubuntu20.04`. */
export interface Images {
  list<K extends keyof Image = Fields>(query?: {
    isOperation?: boolean | undefined
    isInstalled?: boolean | undefined
    fields?: readonly K[]
  }): Promise<Pick<Image, K>[]>
  /** By reference or alias; null when there is none. */
  detail<K extends keyof Image = Fields>(
    reference: string,
    architecture?: string,
    fields?: readonly K[],
  ): Promise<Pick<Image, K> | null>
  alias(alias: string, target: string, architecture?: string): Promise<void>
  dealias(alias: string): Promise<void>
  /** Starts a scan of one registry or all; the id of its background task. */
  rescan(registry?: string): Promise<string>
  /**
   * Pulls images on agents before sessions ask for them; the id of its background task. Agents are named by id, ids
   * with `*`, or resource group.
   */
  preload(references: readonly string[], agents: readonly string[]): Promise<string>
  unload(references: readonly string[], agents: readonly string[]): Promise<string>
  update(target: string, changes: ImageChanges, architecture?: string): Promise<void>
  /** Forgets what is known of an image; a scan finds it again. */
  forget(reference: string, architecture?: string): Promise<void>
  /** Takes an image's tag off in its (Harbor) registry, by the image's `id`. */
  untag(id: string): Promise<void>
  /** Forgets all images of a registry, or of all. */
  clear(registry?: string): Promise<void>
  /** Starts an import; what the server tells of it. */
  importImage(request: ImageImport): Promise<Record<string, unknown>>
}

export function createImages(connection: Connection, graphql: GraphQl): Images {
  const ofReference = (reference: string, architecture: string | undefined) =>
    ({ reference: ['String!', reference], architecture: ['String', architecture] }) as const

  async function onAgents(
    root: string,
    references: readonly string[],
    agents: readonly string[],
  ): Promise<string> {
    const { task_id } = await graphql.change<{ task_id: string | null }>({
      root,
      fields: ['task_id'],
      args: { references: ['[String]!', references], target_agents: ['[String]!', agents] },
    })
    return task_id ?? ''
  }

  return {
    list: (query = {}) =>
      graphql.read({
        root: 'images',
        fields: selection(query.fields ?? FIELDS),
        args: {
          is_operation: ['Boolean', query.isOperation ?? false],
          is_installed: ['Boolean', query.isInstalled],
        },
      }),
    detail: (reference, architecture, fields) =>
      graphql.read({
        root: 'image',
        fields: selection(fields ?? FIELDS),
        args: { reference: ['String', reference], architecture: ['String', architecture] },
      }),
    async alias(alias, target, architecture) {
      await graphql.change({
        root: 'alias_image',
        args: {
          alias: ['String!', alias],
          target: ['String!', target],
          architecture: ['String', architecture],
        },
      })
    },
    async dealias(alias) {
      await graphql.change({ root: 'dealias_image', args: { alias: ['String!', alias] } })
    },
    async rescan(registry) {
      const { task_id } = await graphql.change<{ task_id: string | null }>({
        root: 'rescan_images',
        fields: ['task_id'],
        args: { registry: ['String', registry] },
      })
      return task_id ?? ''
    },
    preload: (references, agents) => onAgents('preload_image', references, agents),
    unload: (references, agents) => onAgents('unload_image', references, agents),
    async update(target, changes, architecture) {
      await graphql.change({
        root: 'modify_image',
        args: {
          target: ['String!', target],
          architecture: ['String', architecture],
          props: ['ModifyImageInput!', wireInput(changes)],
        },
      })
    },
    async forget(reference, architecture) {
      await graphql.change({ root: 'forget_image', args: ofReference(reference, architecture) })
    },
    async untag(id) {
      await graphql.change({ root: 'untag_image_from_registry', args: { image_id: ['String!', id] } })
    },
    async clear(registry) {
      await graphql.change({ root: 'clear_images', args: { registry: ['String', registry] } })
    },
    importImage: (request) => connection.json({ method: 'POST', path: ['image', 'import'], json: request }),
  }
}
