import type Docker from 'dockerode'
import type { RegistryAccount } from './registry.ts'

const REVISION = 'ai.backend.test.revision'

/** Pushes an image that the engine has under another name, and removes that name. */
export async function pushImage(
  docker: Docker,
  source: string,
  target: string,
  account: RegistryAccount | null,
): Promise<void> {
  const [repo = '', tag = ''] = splitTag(target)
  await docker.getImage(source).tag({ repo, tag })
  const authconfig = account ? { ...account, serveraddress: target.split('/')[0] ?? '' } : {}
  const stream = await docker.getImage(target).push({ authconfig })
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error, steps: { error?: string }[] | null) => {
      const refusal = steps?.find((step) => step.error)?.error
      if (error) reject(error)
      else if (refusal) reject(new Error(refusal))
      else resolve()
    })
  })
  await removeImage(docker, target)
}

/** A new image over another: further labels, and a layer of random bytes where asked for. */
export async function deriveImage(
  docker: Docker,
  source: string,
  target: string,
  { label, layerFile }: { label: string; layerFile?: Uint8Array },
): Promise<string> {
  const [repo = '', tag = ''] = splitTag(target)
  const container = await docker.createContainer({ Image: source, Cmd: ['true'] })
  try {
    if (layerFile) {
      const archive = new Bun.Archive({ 'random.bin': layerFile })
      await container.putArchive(Buffer.from(await archive.bytes()), { path: '/' })
    }
    await container.commit({ repo, tag, changes: `LABEL ${REVISION}=${label}` })
  } finally {
    await container.remove({ force: true })
  }
  return target
}

/** No error where there is none. */
export async function removeImage(docker: Docker, name: string): Promise<void> {
  await docker
    .getImage(name)
    .remove({ force: true })
    .catch((error: { statusCode?: number }) => {
      if (error.statusCode !== 404) throw error
    })
}

/** What is left of pushed and derived images besides their names. */
export async function removeTraces(docker: Docker, registries: readonly string[]): Promise<void> {
  for (const { Id, RepoTags, RepoDigests, Labels } of await docker.listImages()) {
    const pushed = (RepoDigests ?? []).filter((name) => registries.includes(name.split('/')[0] ?? ''))
    for (const name of pushed) await removeImage(docker, name)
    const isNamed = (RepoTags ?? []).some((name) => !name.startsWith('<none>'))
    if (!isNamed && Labels?.[REVISION] !== undefined) await removeImage(docker, Id)
  }
}

function splitTag(reference: string): [string, string] {
  const colon = reference.lastIndexOf(':')
  return [reference.slice(0, colon), reference.slice(colon + 1)]
}
