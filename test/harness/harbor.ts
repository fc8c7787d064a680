import type { RegistryAccount } from './registry.ts'
import { type RegistryFront, startRegistryFront } from './registry-front.ts'

export interface HarborArtifact {
  /** IMAGE, CHART, … */
  type: string
  digest: string
  tags: string[]
}

export interface HarborProject {
  name: string
  isPublic: boolean
  /** By the repository's name below the project's, which may have slashes. */
  repositories: Record<string, HarborArtifact[]>
}

const API = '/api/v2.0'
const failed = (status: number, code: string, message: string) =>
  Response.json({ errors: [{ code, message }] }, { status })

/**
 * Harbor v2 as its public API describes it, over a plain registry: projects, repositories and artifacts page by page
 * (`X-Total-Count`), strangers see public projects only, repository names with slashes are encoded twice, tags are
 * deleted through their artifact; the registry protocol lies behind the token service `/service/token`.
 */
export function startHarbor(options: {
  registryUrl: string
  account: RegistryAccount
  projects: HarborProject[]
}): RegistryFront {
  return startRegistryFront({
    ...options,
    pageSize: 100,
    tokenPath: '/service/token',
    beside: async (request, isKnown) => answer(options.projects, request, isKnown),
  })
}

function answer(projects: readonly HarborProject[], request: Request, isKnown: boolean): Response | null {
  const { pathname, searchParams } = new URL(request.url)
  if (!pathname.startsWith(`${API}/projects`)) return null
  const [name, , repository, , reference, , tag] = pathname
    .slice(`${API}/projects`.length)
    .split('/')
    .slice(1)
    .map(decodeURIComponent)
  const visible = projects.filter(({ isPublic }) => isPublic || isKnown)
  if (name === undefined)
    return page(
      visible.map(({ name }) => ({ name, metadata: {} })),
      searchParams,
    )
  const project = visible.find((one) => one.name === name)
  if (!project) {
    return isKnown
      ? failed(404, 'NOT_FOUND', `project ${name} not found`)
      : failed(401, 'UNAUTHORIZED', 'unauthorized: unauthorized')
  }
  if (repository === undefined) {
    const names = Object.keys(project.repositories)
    return page(
      names.map((one, id) => ({ id, name: `${name}/${one}`, artifact_count: 1 })),
      searchParams,
    )
  }
  const artifacts = project.repositories[decodeURIComponent(repository)]
  if (!artifacts) return failed(404, 'NOT_FOUND', `repository ${name}/${repository} not found`)
  if (reference === undefined) {
    const listed = artifacts.map(({ type, digest, tags }, id) => ({
      id,
      type,
      digest,
      size: 1000,
      tags: tags.length > 0 ? tags.map((one) => ({ name: one, immutable: false })) : null,
    }))
    return page(listed, searchParams)
  }
  if (request.method !== 'DELETE' || tag === undefined)
    return failed(405, 'METHOD_NOT_ALLOWED', 'not allowed')
  if (!isKnown) return failed(401, 'UNAUTHORIZED', 'unauthorized: unauthorized')
  const artifact = artifacts.find(({ tags }) => tags.includes(reference))
  if (!artifact?.tags.includes(tag)) return failed(404, 'NOT_FOUND', `tag ${tag} not found`)
  artifact.tags = artifact.tags.filter((one) => one !== tag)
  return new Response(null, { status: 200 })
}

function page(items: readonly object[], query: URLSearchParams): Response {
  const size = Math.min(Number(query.get('page_size') ?? 10), 100)
  const at = (Number(query.get('page') ?? 1) - 1) * size
  const headers = { 'x-total-count': String(items.length) }
  return Response.json(items.slice(at, at + size), { headers })
}
