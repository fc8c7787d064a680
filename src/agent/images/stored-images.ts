import { canonicalArchitecture } from '../../core/architecture.ts'
import type { AgentMethods, ImageSpec } from '../../wire/agent-rpc.ts'
import type { AgentContext } from '../agent-context.ts'
import { AgentError } from '../agent-error.ts'
import { hostArchitecture } from './image-aliases.ts'

type Wanted = Parameters<AgentMethods['pullImage']>[0]['image']
type Storing = Pick<AgentContext, 'backend' | 'images' | 'settings' | 'closing'>

/** @throws AgentError where the image's programs cannot run on this machine. */
export function requireOwnArchitecture({
  canonical,
  architecture,
}: Pick<ImageSpec, 'canonical' | 'architecture'>): void {
  if (canonicalArchitecture(architecture) === hostArchitecture()) return
  const message = `${canonical} is for ${architecture}, this node is ${hostArchitecture()}`
  throw new AgentError('ImageArchitectureMismatch', message)
}

/** Pulls with the registry's credentials; the catalogue knows the image afterwards. @throws AgentError */
export async function pullImage(
  { backend, images, settings, closing }: Storing,
  { canonical, registry: { username, password } }: Pick<ImageSpec, 'canonical' | 'registry'>,
  ending?: AbortSignal,
): Promise<void> {
  const auth = username !== undefined && password !== undefined ? { username, password } : null
  const signal = AbortSignal.any([
    ...(ending ? [ending] : []),
    closing,
    AbortSignal.timeout(settings.pullTimeoutMs),
  ])
  try {
    await backend.pull(canonical, auth, signal)
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause)
    throw new AgentError('ImagePullFailed', `${canonical}: ${detail}`, { cause })
  }
  await images.refresh()
}

/** Has this very image before a session asks for it; false where it was there. @throws AgentError */
export async function loadImage(ctx: Storing, image: Wanted): Promise<boolean> {
  requireOwnArchitecture(image)
  const digest = image.isLocal || image.digest === '' ? null : image.digest
  if (await ctx.backend.hasImage(image.canonical, digest)) return false
  if (image.isLocal) {
    throw new AgentError('ImageNotAvailable', `${image.canonical} is a local image of another node`)
  }
  await pullImage(ctx, image)
  return true
}

/** Takes an image off this machine; false where it was not there. @throws AgentError while kernels run it. */
export async function unloadImage(
  ctx: Pick<AgentContext, 'backend' | 'kernels'>,
  canonical: string,
): Promise<boolean> {
  const users = [...ctx.kernels.values()].filter(({ record }) => record.config.image.canonical === canonical)
  if (users.length > 0) {
    const what = users.length === 1 ? 'a session runs' : `${users.length} sessions run`
    throw new AgentError('ImageInUse', `${what} ${canonical}`)
  }
  return await ctx.backend.removeImage(canonical)
}
