import type { KernelBackend } from '../../plugin/kernel-backend.ts'
import { IMAGE_LABELS } from '../kernels/labels.ts'

/** What a greeting tells of the machine's ability to run code. */
export interface RuntimesDescription {
  backend: KernelBackend['name']
  /** One sentence, e.g. `Docker Engine 20.10.24`. */
  description: string
  runtimes: { type: string; image: string; aliases: string[] }[]
  /** The image for the first run: `python` where there is one, else the built-in JavaScript; null = no image at all. */
  firstImage: { type: 'python' | 'nodejs'; image: string; alias: string } | null
}

export async function describeRuntimes(
  backend: Pick<KernelBackend, 'name' | 'description' | 'images'>,
): Promise<RuntimesDescription> {
  const runtimes = (await backend.images()).map(({ canonical, labels, aliases }) => ({
    type: labels[IMAGE_LABELS.runtimeType] ?? 'app',
    image: canonical,
    aliases,
  }))
  const firstOf = (type: 'python' | 'nodejs') => {
    const found = runtimes.find((runtime) => runtime.type === type)
    return found ? { type, image: found.image, alias: found.aliases[0] ?? found.image } : null
  }
  return {
    backend: backend.name,
    description: backend.description,
    runtimes,
    firstImage: firstOf('python') ?? firstOf('nodejs'),
  }
}
