import { chownSync, mkdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { AgentContext } from '../agent-context.ts'
import type { KernelLink } from '../execution/kernel-link-types.ts'
import type { KernelRecord } from './kernel-record.ts'

export const linkFolder = ({ paths }: Pick<AgentContext, 'paths'>, kernelId: string): string =>
  join(paths.linkRoot, kernelId)

/** Opens the agent's end of the runner link; after a restart of the agent the runner dials the same place again. */
export async function openLinkFolder(ctx: AgentContext, record: KernelRecord): Promise<KernelLink> {
  const dir = linkFolder(ctx, record.kernelId)
  const owner = runnerUser(ctx, record)
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  if (owner) chownSync(dir, owner.uid, owner.gid)
  return ctx.openLink({
    dir,
    kernelId: record.kernelId,
    token: record.token,
    log: ctx.log.child({ kernelId: record.kernelId }),
    clock: ctx.clock,
    ...(owner ? { owner } : {}),
  })
}

export const removeLinkFolder = (ctx: Pick<AgentContext, 'paths'>, kernelId: string): Promise<void> =>
  rm(linkFolder(ctx, kernelId), { recursive: true, force: true })

/** Whom the runner runs as: root in a container (it drops users' processes itself), the kernel's user natively. */
function runnerUser({ uids }: AgentContext, { uid, gid }: KernelRecord): { uid: number; gid: number } | null {
  return uids ? { uid, gid } : null
}
