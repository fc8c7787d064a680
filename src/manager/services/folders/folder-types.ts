import type { SharedConfig } from '../../../config/shared.ts'

/** The kinds of owners that folders may have here: `volumes/_types`, by default users only. */
export async function folderTypes(config: Pick<SharedConfig, 'getPrefix'>): Promise<string[]> {
  const types = Object.keys(await config.getPrefix('volumes/_types')).filter((name) => name !== '')
  return types.length > 0 ? types : ['user']
}
