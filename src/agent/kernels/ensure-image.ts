import type { AgentContext } from '../agent-context.ts'
import { AgentError } from '../agent-error.ts'
import { pullImage, requireOwnArchitecture } from '../images/stored-images.ts'
import type { Kernel } from './kernel.ts'

/** Has the image on this machine, by the pull policy (agent-kernel.md §4 step 4); asks the engine only if it must. */
export async function ensureImage(ctx: AgentContext, { record, ending }: Kernel): Promise<void> {
  const { image, autoPull } = record.config
  requireOwnArchitecture(image)
  const known = ctx.images.find(image.canonical)
  const digest = autoPull === 'digest' && !image.isLocal && image.digest !== '' ? image.digest : null
  if (known && (digest === null || known.digest === digest)) return
  if (await ctx.backend.hasImage(image.canonical, digest)) return
  if (image.isLocal || autoPull === 'none') {
    const why = image.isLocal ? 'it is a local image' : 'the pull policy is "none"'
    throw new AgentError('ImageNotAvailable', `${image.canonical} is not on this node and ${why}`)
  }
  const { kernelId, sessionId } = record
  await ctx.journal.report({ type: 'kernel_pulling', kernelId, sessionId, image: image.canonical })
  await pullImage(ctx, image, ending.signal)
}
