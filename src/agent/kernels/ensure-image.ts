import { canonicalArchitecture } from '../../core/architecture.ts'
import type { AgentContext } from '../agent-context.ts'
import { AgentError } from '../agent-error.ts'
import { hostArchitecture } from '../images/image-aliases.ts'
import type { Kernel } from './kernel.ts'

/** Has the image on this machine, by the pull policy (agent-kernel.md §4 step 4); asks the engine only if it must. */
export async function ensureImage(ctx: AgentContext, { record, ending }: Kernel): Promise<void> {
  const { image, autoPull } = record.config
  if (canonicalArchitecture(image.architecture) !== hostArchitecture()) {
    const message = `${image.canonical} is for ${image.architecture}, this node is ${hostArchitecture()}`
    throw new AgentError('ImageArchitectureMismatch', message)
  }
  const known = ctx.images.find(image.canonical)
  const digest = autoPull === 'digest' && !image.isLocal && image.digest !== '' ? image.digest : null
  if (known && (digest === null || known.digest === digest)) return
  if (await ctx.backend.hasImage(image.canonical, digest)) return
  if (image.isLocal || autoPull === 'none') {
    const why = image.isLocal ? 'it is a local image' : 'the pull policy is "none"'
    throw new AgentError('ImageNotAvailable', `${image.canonical} is not on this node and ${why}`)
  }
  await pull(ctx, record.kernelId, record.sessionId, image, ending.signal)
}

async function pull(
  ctx: AgentContext,
  kernelId: string,
  sessionId: string,
  image: Kernel['record']['config']['image'],
  ending: AbortSignal,
): Promise<void> {
  await ctx.journal.report({ type: 'kernel_pulling', kernelId, sessionId, image: image.canonical })
  const { username, password } = image.registry
  const auth = username !== undefined && password !== undefined ? { username, password } : null
  const signal = AbortSignal.any([ending, ctx.closing, AbortSignal.timeout(ctx.settings.pullTimeoutMs)])
  try {
    await ctx.backend.pull(image.canonical, auth, signal)
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause)
    throw new AgentError('ImagePullFailed', `${image.canonical}: ${detail}`, { cause })
  }
  await ctx.images.refresh()
}
