import * as v from 'valibot'
import type { ConfiguredRegistry } from '../registries.ts'
import { parse } from './parse.ts'
import { HARBOR_API, type RegistryHttp } from './registry-http.ts'

const PAGE = 100

const named = v.object({ name: v.string() })
const artifact = v.object({
  /** IMAGE, CHART, CNAB, …; signatures are accessories of images and are not listed. */
  type: v.nullish(v.string(), 'IMAGE'),
  tags: v.nullish(v.array(named), []),
})

export const isHarbor = ({ type }: Pick<ConfiguredRegistry, 'type'>): boolean => type === 'harbor2'

/** `project/repository` of the configured projects, or of all that Harbor shows us. @throws RegistryError */
export async function harborRepositories(
  http: RegistryHttp,
  { name, projects }: Pick<ConfiguredRegistry, 'name' | 'projects'>,
): Promise<string[]> {
  const wanted =
    projects.length > 0 ? projects : (await pages(http, name, 'projects', named)).map((one) => one.name)
  const found: string[] = []
  for (const project of wanted) {
    const repositories = await pages(
      http,
      name,
      `projects/${encodeURIComponent(project)}/repositories`,
      named,
    )
    found.push(...repositories.map((repository) => repository.name))
  }
  return found
}

/** The tags of a repository's images; what else lies there is left out. @throws RegistryError */
export async function harborTags(
  http: RegistryHttp,
  registryName: string,
  repository: string,
): Promise<string[]> {
  const artifacts = await pages(http, registryName, artifactsOf(repository), artifact, 'with_tag=true')
  return artifacts
    .filter(({ type }) => type === 'IMAGE')
    .flatMap(({ tags }) => tags.map((tag) => tag.name))
    .sort()
}

/** Takes a tag off its image; the image itself stays until Harbor cleans up. @throws RegistryError */
export async function harborUntag(http: RegistryHttp, repository: string, tag: string): Promise<void> {
  const name = encodeURIComponent(tag)
  await http.delete(`${HARBOR_API}${artifactsOf(repository)}/${name}/tags/${name}`)
}

/** A repository's own slashes are encoded twice, as Harbor's interface asks for. */
function artifactsOf(repository: string): string {
  const [project = '', ...rest] = repository.split('/')
  const name = encodeURIComponent(encodeURIComponent(rest.join('/')))
  return `projects/${encodeURIComponent(project)}/repositories/${name}/artifacts`
}

async function pages<Item>(
  http: RegistryHttp,
  registryName: string,
  path: string,
  schema: v.GenericSchema<unknown, Item>,
  query?: string,
): Promise<Item[]> {
  const found: Item[] = []
  for (let page = 1; ; page++) {
    const more = query === undefined ? '' : `&${query}`
    const { bytes } = await http.get(`${HARBOR_API}${path}?page=${page}&page_size=${PAGE}${more}`)
    const items = parse(v.array(schema), bytes, registryName)
    found.push(...items)
    if (items.length < PAGE) return found
  }
}
