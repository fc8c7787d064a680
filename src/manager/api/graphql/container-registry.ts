import {
  createRegistry,
  deleteRegistry,
  modifyRegistry,
} from '../../services/identity/container-registries.ts'
import { identityContext } from '../../services/identity/context.ts'
import { type ConfiguredRegistry, registries } from '../../services/registries.ts'
import { requireSuperadmin } from './access.ts'
import sdl from './container-registry.graphql' with { type: 'text' }
import type { GraphContext } from './context.ts'
import { globalId } from './global-id.ts'
import type { GraphResource } from './resource.ts'

/** What stands for a password that there is. */
const HIDDEN = '*****'

const shown = (row: ConfiguredRegistry) => ({
  id: globalId('ContainerRegistry', row.name),
  hostname: row.name,
  config: {
    url: row.url,
    type: row.type,
    project: row.projects,
    username: row.username ?? null,
    password: row.password === undefined ? null : HIDDEN,
    ssl_verify: row.sslVerify,
  },
})

async function registryNamed(context: GraphContext, hostname: string) {
  requireSuperadmin(context)
  const found = (await registries(context.ports.config)).get(hostname)
  return found ? shown(found) : null
}

export const containerRegistry = {
  sdl,
  queries: {
    container_registry: (_, { hostname }, context) => registryNamed(context, hostname),
    container_registries: async (_, __, context) => {
      requireSuperadmin(context)
      return [...(await registries(context.ports.config)).values()].map(shown)
    },
  },
  // These have no `ok` and `msg`: what goes wrong is an error of the document.
  mutations: {
    create_container_registry: async (_, { hostname, props }, { ports, requester }) => ({
      container_registry: shown(await createRegistry(identityContext(ports), requester, hostname, props)),
    }),
    modify_container_registry: async (_, { hostname, props }, { ports, requester }) => ({
      container_registry: shown(await modifyRegistry(identityContext(ports), requester, hostname, props)),
    }),
    delete_container_registry: async (_, { hostname }, { ports, requester }) => ({
      container_registry: shown(await deleteRegistry(identityContext(ports), requester, hostname)),
    }),
  },
  nodes: { ContainerRegistry: registryNamed },
} satisfies GraphResource
