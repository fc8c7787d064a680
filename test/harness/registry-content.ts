const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'
const INDEX = 'application/vnd.docker.distribution.manifest.list.v2+json'

interface Platform {
  architecture: string
  os: string
}

const sha256 = (bytes: Uint8Array | string): string =>
  `sha256:${new Bun.CryptoHasher('sha256').update(bytes).digest('hex')}`

/** Writes images into a registry as a builder would, without an engine; gives the digest of the tag's manifest. */
export async function putImage(
  registryUrl: string,
  repository: string,
  tag: string,
  images: readonly { architecture: string; labels: Record<string, string>; layer?: string }[],
): Promise<string> {
  const manifests: { mediaType: string; digest: string; size: number; platform: Platform }[] = []
  for (const { architecture, labels, layer = `layer of ${repository}:${tag}` } of images) {
    const config = JSON.stringify({
      architecture,
      os: 'linux',
      config: { Labels: labels },
      rootfs: { type: 'layers', diff_ids: [sha256(layer)] },
    })
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: await putBlob(
        registryUrl,
        repository,
        config,
        'application/vnd.docker.container.image.v1+json',
      ),
      layers: [
        await putBlob(registryUrl, repository, layer, 'application/vnd.docker.image.rootfs.diff.tar.gzip'),
      ],
    })
    const digest = sha256(manifest)
    await putManifest(registryUrl, repository, images.length === 1 ? tag : digest, MANIFEST, manifest)
    const platform = { architecture, os: 'linux' }
    manifests.push({ mediaType: MANIFEST, digest, size: manifest.length, platform })
  }
  if (manifests.length === 1) return manifests[0]?.digest ?? ''
  const index = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests })
  await putManifest(registryUrl, repository, tag, INDEX, index)
  return sha256(index)
}

async function putBlob(registryUrl: string, repository: string, content: string, mediaType: string) {
  const digest = sha256(content)
  const begun = await fetch(`${registryUrl}/v2/${repository}/blobs/uploads/`, { method: 'POST' })
  const at = new URL(begun.headers.get('location') ?? '', registryUrl)
  at.searchParams.set('digest', digest)
  const headers = { 'content-type': 'application/octet-stream' }
  await expectCreated(await fetch(at, { method: 'PUT', body: content, headers }))
  return { mediaType, size: content.length, digest }
}

async function putManifest(
  registryUrl: string,
  repository: string,
  reference: string,
  mediaType: string,
  body: string,
): Promise<void> {
  const headers = { 'content-type': mediaType }
  const target = `${registryUrl}/v2/${repository}/manifests/${reference}`
  await expectCreated(await fetch(target, { method: 'PUT', body, headers }))
}

async function expectCreated(answer: Response): Promise<void> {
  if (answer.status !== 201) throw new Error(`the registry answered ${answer.status}: ${await answer.text()}`)
}
