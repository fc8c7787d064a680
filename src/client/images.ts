import { ApiError } from './errors.ts'
import type { GraphQl } from './graphql.ts'

export interface ImageItem {
  name: string
  registry: string
  architecture: string
  tag: string
  digest: string
  size_bytes: number
  aliases: string[]
}

export interface Images {
  list(options?: { isOperation?: boolean }): Promise<ImageItem[]>
  /** `target` is a full reference such as `cr.backend.ai/stable/python:3.9-ubuntu20.04`. */
  alias(alias: string, target: string, architecture?: string): Promise<void>
  dealias(alias: string): Promise<void>
  /** Starts a scan of one registry or all; the id of its background task. */
  rescan(registry?: string): Promise<string>
}

interface Outcome {
  ok: boolean
  msg: string
  task_id?: string
}

export function createImages(graphql: GraphQl): Images {
  async function mutate(root: string, document: string, variables: object): Promise<Outcome> {
    const data = await graphql.query<Record<string, Outcome>>(document, { ...variables })
    const outcome = data[root]
    if (outcome?.ok) return outcome
    throw new ApiError(400, { title: 'The request was refused.', msg: outcome?.msg ?? 'no answer' })
  }

  return {
    async list(options = {}) {
      const fields = 'name registry architecture tag digest size_bytes aliases'
      const data = await graphql.query<{ images: ImageItem[] }>(
        `query($is_operation: Boolean) { images(is_operation: $is_operation) { ${fields} } }`,
        { is_operation: options.isOperation ?? false },
      )
      return data.images
    },
    async alias(alias, target, architecture = 'x86_64') {
      const document =
        'mutation($alias: String!, $target: String!, $architecture: String) ' +
        '{ alias_image(alias: $alias, target: $target, architecture: $architecture) { ok msg } }'
      await mutate('alias_image', document, { alias, target, architecture })
    },
    async dealias(alias) {
      const document = 'mutation($alias: String!) { dealias_image(alias: $alias) { ok msg } }'
      await mutate('dealias_image', document, { alias })
    },
    async rescan(registry) {
      const document = 'mutation($registry: String) { rescan_images(registry: $registry) { ok msg task_id } }'
      const outcome = await mutate('rescan_images', document, { registry: registry ?? null })
      return outcome.task_id ?? ''
    },
  }
}
