import { INTRINSIC_SLOTS } from '../core/slots.ts'
import type { AcceleratorPlugin } from './accelerator.ts'

/** A set of plugins that cannot work together: the agent does not start. */
export class PluginConflictError extends Error {
  override readonly name = 'PluginConflictError'
}

/**
 * The accelerators of this node after its allow and block lists (accelerators-plugins.md §1, §2).
 * @throws PluginConflictError on a key that occurs twice, a slot without its key's prefix, or a name on both lists
 */
export function acceleratorRegistry(
  plugins: readonly AcceleratorPlugin[],
  lists: { allow?: readonly string[] | null; block?: readonly string[] } = {},
): AcceleratorPlugin[] {
  const { allow = null, block = [] } = lists
  const both = (allow ?? []).filter((key) => block.includes(key))
  if (both.length > 0) throw new PluginConflictError(`both allowed and blocked: ${both.join(', ')}`)
  const chosen = plugins.filter(({ key }) => (allow === null || allow.includes(key)) && !block.includes(key))
  const seen = new Set(Object.keys(INTRINSIC_SLOTS))
  for (const { key, slotTypes } of chosen) {
    if (seen.has(key)) throw new PluginConflictError(`two plugins serve the device "${key}"`)
    seen.add(key)
    const stray = Object.keys(slotTypes).find((slot) => !slot.startsWith(`${key}.`))
    if (stray !== undefined) throw new PluginConflictError(`slot "${stray}" must begin with "${key}."`)
  }
  return chosen
}
