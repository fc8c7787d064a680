/** A parsed image reference `[registry/]repo[:tag]` (domain-model.md §1.8). */
export interface ImageRef {
  readonly registry: string
  readonly repository: string
  readonly tag: string
}

export const DEFAULT_REGISTRY = 'index.docker.io'

/** Stands for the machines themselves: their native runtimes, and images that were made there. */
export const LOCAL_REGISTRY = 'local'

/** The part before the first slash names a registry when it looks like a host. */
const isHost = (part: string): boolean => /[.:]/.test(part) || part === 'localhost' || part === LOCAL_REGISTRY

/**
 * @throws RangeError when the text is no reference, e.g. when it has a scheme or a tag with illegal characters.
 */
export function parseImageRef(text: string): ImageRef {
  if (text.includes('://')) throw new RangeError(`an image reference has no scheme: "${text}"`)
  const slash = text.indexOf('/')
  const first = slash > 0 ? text.slice(0, slash) : ''
  const hasRegistry = first !== '' && isHost(first)
  const rest = hasRegistry ? text.slice(slash + 1) : text
  const match = /^([\w][\w.\-/]*?)(?::([\w][\w.-]*))?$/.exec(rest)
  if (!match?.[1]) throw new RangeError(`not an image reference: "${text}"`)
  return {
    registry: hasRegistry ? first : DEFAULT_REGISTRY,
    repository: match[1],
    tag: match[2] ?? 'latest',
  }
}

/** The names under which an image may be known that a user means by `ref`. */
export function canonicalNames(text: string, ref: ImageRef): string[] {
  const { registry, repository, tag } = ref
  const names = [text, `${repository}:${tag}`, `${registry}/${repository}:${tag}`]
  if (registry === DEFAULT_REGISTRY && !repository.includes('/')) {
    names.push(`${registry}/lablup/${repository}:${tag}`, `lablup/${repository}:${tag}`)
  }
  return [...new Set(names)]
}

/** May this be a short name of an image? */
export const isImageAlias = (text: string): boolean => /^[\w][\w.:/-]{0,127}$/.test(text)
