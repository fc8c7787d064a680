import * as v from 'valibot'
import { canonicalArchitecture } from '../../../core/architecture.ts'
import type { ImageReport } from '../../../wire/agent-rpc.ts'
import { parse } from './parse.ts'
import { RegistryError } from './registry-error.ts'
import type { RegistryHttp } from './registry-http.ts'

const descriptor = v.object({ digest: v.string(), size: v.number() })
const manifest = v.object({
  mediaType: v.optional(v.string()),
  config: v.optional(descriptor),
  layers: v.optional(v.array(v.object({ size: v.number() }))),
  manifests: v.optional(
    v.array(
      v.object({
        digest: v.string(),
        platform: v.optional(v.object({ os: v.string(), architecture: v.string() })),
      }),
    ),
  ),
})
const settings = v.object({ Labels: v.nullish(v.record(v.string(), v.string()), {}) })
const configBlob = v.object({
  architecture: v.string(),
  os: v.optional(v.string(), 'linux'),
  config: v.nullish(settings),
  container_config: v.nullish(settings),
})

const ACCEPT = [
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
].join(', ')

const ARCHITECTURES = ['amd64', 'arm64']

/**
 * The Linux images that a tag stands for, one per architecture, kernels or not; the digest is that of the
 * configuration, which an engine calls the image's id.
 * @throws RegistryError
 */
export async function readImages(
  http: RegistryHttp,
  registryName: string,
  repository: string,
  tag: string,
): Promise<ImageReport[]> {
  const canonical = `${registryName}/${repository}:${tag}`
  const read = async (reference: string) => {
    const { bytes } = await http.get(`/v2/${repository}/manifests/${reference}`, ACCEPT)
    return parse(manifest, bytes, registryName)
  }
  const image = async ({ config, layers }: v.InferOutput<typeof manifest>): Promise<ImageReport[]> => {
    if (!config || !layers) throw new RegistryError(`${canonical} has a manifest of an old or unknown kind`)
    const { bytes } = await http.get(`/v2/${repository}/blobs/${config.digest}`, 'application/octet-stream')
    verify(bytes, config.digest, canonical)
    const { architecture, os, ...blob } = parse(configBlob, bytes, registryName)
    if (os !== 'linux') return []
    const labels = blob.config?.Labels ?? blob.container_config?.Labels ?? {}
    return [
      {
        canonical,
        architecture: canonicalArchitecture(architecture),
        digest: config.digest,
        sizeBytes: layers.reduce((sum, layer) => sum + layer.size, config.size),
        labels,
        aliases: [],
      },
    ]
  }

  const first = await read(tag)
  if (!first.manifests) return image(first)
  const wanted = first.manifests.filter(
    ({ platform }) => platform?.os === 'linux' && ARCHITECTURES.includes(platform.architecture),
  )
  const images: ImageReport[] = []
  for (const { digest } of wanted) images.push(...(await image(await read(digest))))
  return images
}

/** What agents are told to have must be what was read. */
function verify(bytes: Uint8Array<ArrayBuffer>, digest: string, canonical: string): void {
  const actual = `sha256:${new Bun.CryptoHasher('sha256').update(bytes).digest('hex')}`
  if (digest !== actual)
    throw new RegistryError(`${canonical} has a configuration that is not what its digest says`)
}
