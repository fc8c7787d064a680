import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import type { AgentContext } from '../agent-context.ts'
import { describeError } from '../agent-error.ts'
import { destroyKernel } from '../kernels/destroy-kernel.ts'

export type AbuseState = 'detected' | 'cleaning'

/** Kernels that a detector beside the agent has reported, as of the last look. */
export interface AbuseReports {
  look(): Promise<void>
  readonly states: Readonly<Record<string, AbuseState>>
}

const report = v.object({ ID: v.string(), CID: v.optional(v.string()), reason: v.optional(v.string()) })
const NAME = /^report\..+\.json$/

/** Reads `report.<kernel>.json` of the configured folder (agent-kernel.md §11); null where none is configured. */
export function createAbuseReports(
  ctx: Pick<AgentContext, 'settings' | 'log'>,
  destroy: (kernelId: string) => Promise<void>,
  isMine: (kernelId: string) => boolean,
): AbuseReports | null {
  const dir = ctx.settings.abuseReportPath
  if (dir === null) return null
  let states: Record<string, AbuseState> = {}

  async function kernelOf(path: string): Promise<string | null> {
    try {
      const found = v.parse(report, JSON.parse(await readFile(path, 'utf8')))
      if (!isMine(found.ID)) {
        await rm(path, { force: true })
        return null
      }
      ctx.log.warn({ kernelId: found.ID, reason: found.reason ?? '' }, 'a kernel was reported for abuse')
      return found.ID
    } catch (error) {
      // Half written, perhaps: the next look reads it again.
      ctx.log.warn({ path, error: describeError(error) }, 'an abuse report cannot be read')
      return null
    }
  }

  return {
    get states() {
      return states
    },
    async look() {
      const names = (await readdir(dir).catch(() => [])).filter((name) => NAME.test(name))
      const found = await Promise.all(names.map((name) => kernelOf(join(dir, name))))
      const kernels = [...new Set(found.filter((id) => id !== null))]
      const ending = ctx.settings.forceTerminateAbusing
      states = Object.fromEntries(kernels.map((id) => [id, ending ? 'cleaning' : 'detected']))
      if (ending) await Promise.all(kernels.map(destroy))
    },
  }
}

/** Ends a kernel because of a report. */
export const destroyAbuser = (ctx: AgentContext) => async (kernelId: string) => {
  const kernel = ctx.kernels.get(kernelId)
  if (kernel) await destroyKernel(ctx, kernel, 'anomaly-detected')
}
