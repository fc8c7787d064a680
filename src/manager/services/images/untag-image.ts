import { Problem } from '../../../core/problem.ts'
import type { ManagerPorts } from '../../context.ts'
import { registries } from '../registries.ts'
import { harborUntag, isHarbor } from '../registry/harbor.ts'
import { RegistryError } from '../registry/registry-error.ts'
import { createRegistryHttp } from '../registry/registry-http.ts'
import type { ImageRow } from '../rows.ts'

/** Takes an image's tag off in its registry, so that no scan finds it again; Harbor only. @throws Problem */
export async function untagImage(
  { config }: Pick<ManagerPorts, 'config'>,
  { name, registry: hostname, image, tag }: ImageRow,
): Promise<void> {
  const registry = (await registries(config)).get(hostname)
  if (!registry) {
    throw new Problem('generic-bad-request', { msg: `${name} is of no registry that is configured.` })
  }
  if (!isHarbor(registry)) {
    throw new Problem('generic-bad-request', {
      msg: `Tags can be taken off in Harbor registries only; ${hostname} is of the type "${registry.type}".`,
    })
  }
  try {
    const http = createRegistryHttp(registry, fetch, new AbortController().signal)
    await harborUntag(http, image, tag ?? 'latest')
  } catch (cause) {
    if (cause instanceof RegistryError)
      throw new Problem('generic-bad-request', { msg: cause.message, cause })
    throw cause
  }
}
