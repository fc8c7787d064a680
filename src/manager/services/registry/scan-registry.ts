import { and, eq } from 'drizzle-orm'
import type { ImageReport } from '../../../wire/agent-rpc.ts'
import type { ManagerPorts } from '../../context.ts'
import type { Progress } from '../background-tasks.ts'
import type { ConfiguredRegistry } from '../registries.ts'
import { slotTypes } from '../slot-types.ts'
import { imageRow, imageValues, writeImage } from './image-rows.ts'
import { listRepositories, listTags } from './list-repositories.ts'
import { readImages } from './read-images.ts'
import { RegistryError } from './registry-error.ts'
import { createRegistryHttp, type RegistryFetch } from './registry-http.ts'

export interface ScanOptions {
  fetch: RegistryFetch
  newId: () => string
  signal: AbortSignal
  progress: Pick<Progress, 'step'>
  /** So many more steps will come. */
  onFound(steps: number): void
}

const KERNEL_SPEC = 'ai.backend.kernelspec'
/** Requests at once to one registry. */
const CONCURRENCY = 4

/** Reads one registry and writes its kernel images (label kernelspec=1); a sentence of what was found. */
export async function scanRegistry(
  ports: Pick<ManagerPorts, 'store' | 'config' | 'clock' | 'log'>,
  registry: ConfiguredRegistry,
  options: ScanOptions,
): Promise<string> {
  const { signal, progress, onFound } = options
  const http = createRegistryHttp(registry, options.fetch, signal)
  const types = await slotTypes(ports.config)
  const counts = { new: 0, changed: 0, same: 0, other: 0, unreadable: 0 }

  const scanTag = async (repository: string, tag: string): Promise<string> => {
    const name = `${registry.name}/${repository}:${tag}`
    const images = await attempt(ports, name, () => readImages(http, registry.name, repository, tag))
    if (images === null) {
      counts.unreadable += 1
      return `${name}: unreadable`
    }
    const kernels = images.filter(({ labels }) => labels[KERNEL_SPEC] === '1')
    if (kernels.length === 0) counts.other += 1
    for (const image of kernels) counts[await store(image)] += 1
    return kernels.length === 0 ? `${name}: no kernel image` : name
  }
  const store = (image: ImageReport) =>
    ports.store.tx(async (tx) => {
      const at = new Date(ports.clock.now())
      const facts = { slotTypes: types, registries: new Set([registry.name]), at, newId: options.newId }
      return writeImage(
        tx,
        ports.store,
        await imageRow(tx, ports.store, image),
        imageValues(image, facts),
        facts,
      )
    })

  await adoptImages(ports.store, registry.name)
  for (const repository of await listRepositories(http, registry)) {
    const tags = await attempt(ports, `${registry.name}/${repository}`, () =>
      listTags(http, registry, repository),
    )
    if (tags === null) {
      counts.unreadable += 1
      continue
    }
    onFound(tags.length)
    await inParallel(tags, async (tag) => progress.step(1, await scanTag(repository, tag)))
  }
  const kernels = counts.new + counts.changed + counts.same
  return [
    `${kernels} kernel images (${counts.new} new, ${counts.changed} changed)`,
    ...(counts.other > 0 ? [`${counts.other} others`] : []),
    ...(counts.unreadable > 0 ? [`${counts.unreadable} unreadable`] : []),
  ].join(', ')
}

/** What agents reported before the registry was configured is not local any more: it can be pulled now. */
async function adoptImages({ tx, tables }: ManagerPorts['store'], registry: string): Promise<void> {
  const { images } = tables
  await tx((open) =>
    open
      .update(images)
      .set({ isLocal: false })
      .where(and(eq(images.registry, registry), eq(images.isLocal, true))),
  )
}

/** One repository or tag that cannot be read does not keep the others from being read; null then. */
async function attempt<T>(
  { log }: Pick<ManagerPorts, 'log'>,
  name: string,
  step: () => Promise<T>,
): Promise<T | null> {
  try {
    return await step()
  } catch (error) {
    if (!(error instanceof RegistryError) || error.isFinal) throw error
    log.warn({ image: name, reason: error.message }, 'an image of a registry could not be read')
    return null
  }
}

async function inParallel<T>(items: readonly T[], step: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values()
  const worker = async (): Promise<void> => {
    for (const item of waiting) await step(item)
  }
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, items.length) }, worker))
}
