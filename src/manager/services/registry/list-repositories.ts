import * as v from 'valibot'
import type { ConfiguredRegistry } from '../registries.ts'
import { RegistryError } from './registry-error.ts'
import { parseJson, type RegistryHttp } from './registry-http.ts'

const catalog = v.object({ repositories: v.nullish(v.array(v.string()), []) })
const tagList = v.object({ tags: v.nullish(v.array(v.string()), []) })
const harborPage = v.array(v.object({ name: v.string() }))
const HARBOR_PAGE = 100

/** Every repository that the registry shows us, within the configured projects. */
export async function listRepositories(
  http: RegistryHttp,
  registry: Pick<ConfiguredRegistry, 'name' | 'type' | 'projects'>,
): Promise<string[]> {
  const { projects } = registry
  if (registry.type === 'harbor2' && projects.length > 0) return listHarbor(http, registry)
  const found = await paged(http, '/v2/_catalog?n=1000', registry.name, catalog, (page) => page.repositories)
  return projects.length === 0
    ? found
    : found.filter((repository) => projects.some((project) => repository.startsWith(`${project}/`)))
}

/** Tags of one repository, whatever they are. */
export const listTags = (http: RegistryHttp, registryName: string, repository: string): Promise<string[]> =>
  paged(http, `/v2/${repository}/tags/list?n=1000`, registryName, tagList, (page) => page.tags)

/** Harbor shows its catalogue to administrators only, but each project to everybody who may pull from it. */
async function listHarbor(
  http: RegistryHttp,
  { name, projects }: Pick<ConfiguredRegistry, 'name' | 'projects'>,
): Promise<string[]> {
  const found: string[] = []
  for (const project of projects) {
    const path = `/api/v2.0/projects/${encodeURIComponent(project)}/repositories`
    for (let page = 1; ; page++) {
      const { bytes } = await http.get(`${path}?page=${page}&page_size=${HARBOR_PAGE}`)
      const names = parse(harborPage, bytes, name).map((repository) => repository.name)
      found.push(...names)
      if (names.length < HARBOR_PAGE) break
    }
  }
  return found
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

export function parse<Output>(
  schema: v.GenericSchema<unknown, Output>,
  bytes: Uint8Array,
  registryName: string,
): Output {
  const parsed = v.safeParse(schema, parseJson(bytes, registryName))
  if (parsed.success) return parsed.output
  throw new RegistryError(`${registryName} answers in an unknown form: ${parsed.issues[0].message}`)
}
