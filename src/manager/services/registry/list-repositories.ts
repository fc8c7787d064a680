import * as v from 'valibot'
import type { ConfiguredRegistry } from '../registries.ts'
import { harborRepositories, harborTags, isHarbor } from './harbor.ts'
import { parse } from './parse.ts'
import type { RegistryHttp } from './registry-http.ts'

const catalog = v.object({ repositories: v.nullish(v.array(v.string()), []) })
const tagList = v.object({ tags: v.nullish(v.array(v.string()), []) })

/**
 * Every repository that the registry shows us, within the configured projects. Harbor shows its catalogue to
 * administrators only, but each project to everybody who may pull from it.
 * @throws RegistryError
 */
export async function listRepositories(
  http: RegistryHttp,
  registry: Pick<ConfiguredRegistry, 'name' | 'type' | 'projects'>,
): Promise<string[]> {
  if (isHarbor(registry)) return await harborRepositories(http, registry)
  const { projects } = registry
  const found = await paged(http, '/v2/_catalog?n=1000', registry.name, catalog, (page) => page.repositories)
  return projects.length === 0
    ? found
    : found.filter((repository) => projects.some((project) => repository.startsWith(`${project}/`)))
}

/** Tags of one repository, whatever they are. @throws RegistryError */
export async function listTags(
  http: RegistryHttp,
  registry: Pick<ConfiguredRegistry, 'name' | 'type'>,
  repository: string,
): Promise<string[]> {
  if (isHarbor(registry)) return await harborTags(http, registry.name, repository)
  return await paged(http, `/v2/${repository}/tags/list?n=1000`, registry.name, tagList, (page) => page.tags)
}

async function paged<Page>(
  http: RegistryHttp,
  first: string,
  registryName: string,
  schema: v.GenericSchema<unknown, Page>,
  items: (page: Page) => string[],
): Promise<string[]> {
  const found: string[] = []
  const seen = new Set<string>()
  for (let path: string | null = first; path !== null && !seen.has(path); ) {
    seen.add(path)
    const { bytes, next } = await http.get(path)
    found.push(...items(parse(schema, bytes, registryName)))
    path = next
  }
  return found
}
