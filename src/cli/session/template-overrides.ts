import type { TemplateOverrides } from '../../client/session-from-template.ts'
import type { Settings } from '../settings.ts'
import type { SessionFlags } from './session-flags.ts'
import { sessionOptions } from './session-options.ts'

export interface TemplateFlags extends SessionFlags {
  image?: string
  /** False: nothing of the template's. */
  mounts: boolean
  envs: boolean
  slots: boolean
}

/**
 * What the flags change of a template; whatever no flag names is left to it.
 * @throws CliError (usage) naming the option that is wrong.
 */
export async function templateOverrides(
  flags: TemplateFlags,
  settings: Settings,
  cwd: string,
): Promise<TemplateOverrides> {
  const always = flags.mount || settings.vfolderMounts.length > 0
  const { image, mounts, mountMap, environ, resources, resourceOpts, ...rest } = await sessionOptions(
    flags.image ?? '',
    flags,
    settings,
    cwd,
  )
  return {
    ...rest,
    ...(flags.image ? { image } : {}),
    ...(always && mounts && mountMap
      ? { mounts, mountMap }
      : flags.mounts
        ? {}
        : { mounts: [], mountMap: {} }),
    ...(flags.env && environ ? { environ } : flags.envs ? {} : { environ: {} }),
    ...(flags.resources && resources ? { resources } : flags.slots ? {} : { resources: {} }),
    ...(flags.resourceOpts && resourceOpts ? { resourceOpts } : {}),
  }
}
