import type { KernelBackend } from '../../plugin/kernel-backend.ts'
import type { ImageReport } from '../../wire/agent-rpc.ts'

/** The images that this machine has, remembered so that starting a kernel asks nobody. */
export interface ImageCatalog {
  list(): ImageReport[]
  find(canonical: string): ImageReport | null
  /** Scans again. */
  refresh(): Promise<void>
  /** Did a scan since the last call of this find something else than before? */
  takeChange(): boolean
}

export function createImageCatalog(backend: Pick<KernelBackend, 'images'>): ImageCatalog {
  let images: ImageReport[] = []
  let print = ''
  let isChanged = false
  return {
    list: () => images,
    find: (canonical) => images.find((image) => image.canonical === canonical) ?? null,
    async refresh() {
      images = await backend.images()
      const before = print
      print = images
        .map(({ canonical, digest }) => `${canonical} ${digest}`)
        .sort()
        .join('\n')
      isChanged ||= print !== before
    },
    takeChange() {
      const was = isChanged
      isChanged = false
      return was
    },
  }
}
