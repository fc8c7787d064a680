import Docker from 'dockerode'
import type { EngineAddress } from '../harness/engine-address.ts'
import { digestOf, packRootfs, type Rootfs } from './rootfs.ts'

export interface ImageRecipe {
  /** Repository and tag. */
  image: string
  rootfs: Rootfs
  labels: Record<string, string>
  /** Further Dockerfile instructions that `docker import` takes. */
  changes: string[]
}

const RECIPE_LABEL = 'ai.backend.test.recipe'

const clientOf = ({ socketPath, url }: EngineAddress): Docker =>
  socketPath === null
    ? new Docker({ host: new URL(url).hostname, port: new URL(url).port })
    : new Docker({ socketPath })

/** Gives the engine the image unless it has this very one; the root file system is kept for the next engine. */
export async function importImage(
  engine: EngineAddress,
  recipe: ImageRecipe,
  say: (line: string) => void = () => {},
): Promise<string> {
  const docker = clientOf(engine)
  const digest = digestOf(recipe)
  const present = await docker
    .getImage(recipe.image)
    .inspect()
    .catch(() => null)
  if (present?.Config.Labels?.[RECIPE_LABEL] === digest) return recipe.image
  const rootfs = await packRootfs(recipe.rootfs, say)
  const labels = Object.entries({ ...recipe.labels, [RECIPE_LABEL]: digest })
  const split = recipe.image.lastIndexOf(':')
  const progress = await docker.importImage(rootfs, {
    repo: recipe.image.slice(0, split),
    tag: recipe.image.slice(split + 1),
    changes: [...labels.map(([name, value]) => `LABEL ${name}=${JSON.stringify(value)}`), ...recipe.changes],
  })
  await new Promise<void>((resolve, reject) =>
    docker.modem.followProgress(progress, (error) => (error ? reject(error) : resolve())),
  )
  await docker.getImage(recipe.image).inspect()
  return recipe.image
}
