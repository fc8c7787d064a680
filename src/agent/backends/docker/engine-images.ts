import type Docker from 'dockerode'
import { canonicalArchitecture } from '../../../core/architecture.ts'
import type { ImageReport } from '../../../wire/agent-rpc.ts'
import { AgentError } from '../../agent-error.ts'
import { imageAliases } from '../../images/image-aliases.ts'
import { IMAGE_LABELS } from '../../kernels/labels.ts'
import { COMMIT_REPOSITORY } from './commit-container.ts'
import { statusOf } from './engine-error.ts'

/** Images of the engine that carry the label kernelspec=1; what an inspection told is remembered by image id. */
export function createEngineImages(docker: Docker): {
  list(): Promise<ImageReport[]>
  has(canonical: string, digest: string | null): Promise<boolean>
  remove(canonical: string): Promise<boolean>
} {
  const architectures = new Map<string, string>()

  const architectureOf = async (id: string): Promise<string | null> => {
    const known = architectures.get(id)
    if (known !== undefined) return known
    try {
      const name = canonicalArchitecture((await docker.getImage(id).inspect()).Architecture)
      architectures.set(id, name)
      return name
    } catch (error) {
      if (statusOf(error) === 404) return null
      throw error
    }
  }

  return {
    async list() {
      const found = await docker.listImages({ filters: { label: [`${IMAGE_LABELS.kernelSpec}=1`] } })
      const reports = await Promise.all(
        found.map(async ({ Id, RepoTags, Labels, Size }): Promise<ImageReport[]> => {
          const architecture = await architectureOf(Id)
          if (architecture === null) return []
          return (RepoTags ?? [])
            .filter((tag) => !tag.includes('<none>') && !tag.startsWith(`${COMMIT_REPOSITORY}:`))
            .map((canonical) => ({
              canonical,
              architecture,
              digest: Id,
              sizeBytes: Size,
              labels: Labels ?? {},
              aliases: imageAliases(canonical),
            }))
        }),
      )
      const ids = new Set(found.map(({ Id }) => Id))
      for (const id of architectures.keys()) if (!ids.has(id)) architectures.delete(id)
      return reports.flat().sort((a, b) => (a.canonical < b.canonical ? -1 : 1))
    },
    async has(canonical, digest) {
      try {
        const { Id } = await docker.getImage(canonical).inspect()
        return digest === null || Id === digest
      } catch (error) {
        if (statusOf(error) === 404) return false
        throw error
      }
    },
    async remove(canonical) {
      try {
        await docker.getImage(canonical).remove()
        return true
      } catch (error) {
        if (statusOf(error) === 404) return false
        if (statusOf(error) === 409)
          throw new AgentError('ImageInUse', `${canonical} is in use`, { cause: error })
        throw error
      }
    },
  }
}
