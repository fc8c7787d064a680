import type { GraphQl } from '../graphql.ts'
import { selection } from './selection.ts'
import { wireInput } from './wire-input.ts'

export interface ContainerRegistry {
  hostname: string
  config: {
    url: string
    /** `docker`, `harbor` or `harbor2`. */
    type: string
    project: string[] | null
    username: string | null
    password: string | null
    ssl_verify: boolean | null
  }
}

export interface ContainerRegistryInput {
  url?: string | undefined
  type?: string | undefined
  project?: readonly string[] | undefined
  username?: string | undefined
  password?: string | undefined
  sslVerify?: boolean | undefined
}

/** Where images come from; superadmins only. */
export interface ContainerRegistries {
  list(): Promise<ContainerRegistry[]>
  /** Null when there is none. */
  detail(hostname: string): Promise<ContainerRegistry | null>
  create(
    hostname: string,
    input: ContainerRegistryInput & { url: string; type: string },
  ): Promise<ContainerRegistry>
  /** Changes what is given. */
  update(hostname: string, changes: ContainerRegistryInput): Promise<ContainerRegistry>
  delete(hostname: string): Promise<void>
}

const FIELDS = selection(['hostname', 'config'])

export function createContainerRegistries(graphql: GraphQl): ContainerRegistries {
  const named = (hostname: string) => ({ hostname: ['String!', hostname] }) as const

  async function write(
    root: string,
    args: Record<string, readonly [type: string, value: unknown]>,
  ): Promise<ContainerRegistry> {
    const fields = [`container_registry { ${FIELDS.join(' ')} }`]
    const answer = await graphql.write<{ container_registry: ContainerRegistry }>({ root, fields, args })
    return answer.container_registry
  }

  return {
    list: () => graphql.read({ root: 'container_registries', fields: FIELDS }),
    detail: (hostname) => graphql.read({ root: 'container_registry', fields: FIELDS, args: named(hostname) }),
    create: (hostname, input) =>
      write('create_container_registry', {
        ...named(hostname),
        props: ['CreateContainerRegistryInput!', wireInput(input)],
      }),
    update: (hostname, changes) =>
      write('modify_container_registry', {
        ...named(hostname),
        props: ['ModifyContainerRegistryInput!', wireInput(changes)],
      }),
    async delete(hostname) {
      await write('delete_container_registry', named(hostname))
    },
  }
}
