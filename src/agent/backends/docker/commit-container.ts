import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type Docker from 'dockerode'
import { accepting } from './engine-error.ts'

/** Of images on their way; what a crash leaves is overwritten by the next commit of the same container. */
export const COMMIT_REPOSITORY = 'backendai-commit'

/**
 * Writes a container's file system as an image, in the gzip'd tar that `docker load` reads, into `target`; the file is
 * there whole or not at all, and the engine keeps no image. Folders that are mounted are not part of it.
 */
export async function commitContainer(
  docker: Docker,
  containerId: string,
  target: string,
  labels: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  const tag = containerId.slice(0, 64).toLowerCase()
  const changes = Object.entries(labels).map(
    ([key, value]) => `LABEL ${JSON.stringify(key)}=${JSON.stringify(value)}`,
  )
  const partial = `${target}.partial`
  await docker.getContainer(containerId).commit({
    repo: COMMIT_REPOSITORY,
    tag,
    comment: 'committed by Backend.AI',
    changes: changes.join('\n'),
    abortSignal: signal,
  })
  const image = docker.getImage(`${COMMIT_REPOSITORY}:${tag}`)
  try {
    await pipeline(await image.get(), createGzip(), createWriteStream(partial, { mode: 0o640 }), { signal })
    await rename(partial, target)
  } catch (cause) {
    await rm(partial, { force: true })
    throw cause
  } finally {
    await accepting([404], () => image.remove({ force: true }))
  }
}
