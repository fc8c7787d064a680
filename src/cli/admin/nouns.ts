import type { Noun } from './noun.ts'

export const AGENT: Noun = {
  one: 'agent',
  list: 'admin agent list',
  find: (client, id) => client.agents.detail(id, ['id']),
  names: async (client) => {
    const pages = await Promise.all(
      ['ALIVE', 'LOST'].map((status) => client.agents.list({ status, fields: ['id'] })),
    )
    return pages.flatMap(({ items }) => items.map(({ id }) => id))
  },
}

export const DOMAIN: Noun = {
  one: 'domain',
  list: 'admin domain list',
  find: (client, name) => client.domains.detail(name, ['name']),
  names: async (client) => (await client.domains.list({ fields: ['name'] })).map(({ name }) => name),
}

/** By id or name. */
export const GROUP: Noun = {
  one: 'project',
  list: 'admin group list',
  find: (client, id) => client.groups.detail(id, ['id']),
  names: async (client) => (await client.groups.list({ fields: ['name'] })).map(({ name }) => name),
}

export const USER: Noun = {
  one: 'user',
  list: 'admin user list',
  find: (client, email) => client.users.detail(email, ['email']),
  names: async (client) => (await client.users.list({ fields: ['email'] })).items.map(({ email }) => email),
}

export const KEY_PAIR: Noun = {
  one: 'key pair',
  list: 'admin keypair list',
  find: (client, key) => client.keyPairs.detail(key, ['access_key']),
  names: async (client) =>
    (await client.keyPairs.list({ fields: ['access_key'] })).items.map(({ access_key }) => access_key),
}

export const KEY_PAIR_RESOURCE_POLICY: Noun = {
  one: 'key pair resource policy',
  list: 'admin keypair-resource-policy list',
  find: (client, name) => client.keyPairResourcePolicies.detail(name, ['name']),
  names: async (client) => (await client.keyPairResourcePolicies.list(['name'])).map(({ name }) => name),
}

export const USER_RESOURCE_POLICY: Noun = {
  one: 'user resource policy',
  list: 'admin user-resource-policy list',
  find: (client, name) => client.userResourcePolicies.detail(name, ['name']),
  names: async (client) => (await client.userResourcePolicies.list(['name'])).map(({ name }) => name),
}

export const PROJECT_RESOURCE_POLICY: Noun = {
  one: 'project resource policy',
  list: 'admin project-resource-policy list',
  find: (client, name) => client.projectResourcePolicies.detail(name, ['name']),
  names: async (client) => (await client.projectResourcePolicies.list(['name'])).map(({ name }) => name),
}

export const RESOURCE_PRESET: Noun = {
  one: 'resource preset',
  list: 'admin resource-preset list',
  find: (client, name) => client.resourcePresets.detail(name),
  names: async (client) => (await client.resourcePresets.list()).map(({ name }) => name),
}

export const SCALING_GROUP: Noun = {
  one: 'resource group',
  list: 'admin scaling-group list',
  find: (client, name) => client.scalingGroups.detail(name, ['name']),
  names: async (client) => (await client.scalingGroups.list({ fields: ['name'] })).map(({ name }) => name),
}

export const STORAGE_HOST: Noun = {
  one: 'storage host',
  list: 'admin storage list',
  find: (client, id) => client.storageVolumes.detail(id, ['id']),
  names: async (client) => (await client.storageVolumes.list()).items.map(({ id }) => id),
}

export const REGISTRY: Noun = {
  one: 'container registry',
  list: 'admin registry list',
  find: (client, name) => client.containerRegistries.detail(name),
  names: async (client) => (await client.containerRegistries.list()).map(({ hostname }) => hostname),
}

/** By reference or alias. */
export const IMAGE: Noun = {
  one: 'image',
  list: 'admin image list',
  find: (client, reference) => client.images.detail(reference, undefined, ['name']),
  names: async (client) =>
    (await client.images.list()).flatMap(({ registry, name, tag, aliases }) => [
      ...aliases,
      `${registry}/${name}:${tag}`,
    ]),
}
