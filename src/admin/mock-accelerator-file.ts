import { parse, TomlError } from 'smol-toml'
import * as v from 'valibot'
import type { ConfigIssue } from '../config/config-error.ts'
import { byteSize } from '../config/value/byte-size.ts'
import { flag, oneOf, text, whole } from '../config/value/scalar.ts'

const format = v.strictObject({
  display_unit: text,
  display_icon: text,
  human_readable_name: text,
  description: text,
  number_format: v.strictObject({ binary: flag, round_length: whole(0) }),
})

/** The original's description of accelerators that do not exist, for development. */
const mockAccelerator = v.looseObject({
  slot_name: text,
  device_plugin_name: oneOf('CUDADevice', 'MockDevice'),
  devices: v.array(
    v.looseObject({
      mother_uuid: text,
      model_name: text,
      numa_node: whole(0),
      subproc_count: whole(1),
      memory_size: byteSize,
      is_mig_device: v.optional(flag),
      is_mig_devices: v.optional(flag),
    }),
  ),
  attributes: v.optional(v.record(v.string(), v.unknown())),
  formats: v.record(v.string(), format),
})

/** By content: such a file may have any name. */
export const isMockAccelerator = (toml: string): boolean =>
  /^\s*slot_name\s*=/m.test(toml) && /^\s*device_plugin_name\s*=/m.test(toml)

export function checkMockAccelerator(file: string, toml: string): ConfigIssue[] {
  try {
    const result = v.safeParse(mockAccelerator, parse(toml))
    if (result.success) return []
    return result.issues.map((issue) => ({
      source: file,
      key: v.getDotPath(issue) ?? '',
      message: issue.message,
    }))
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const [reason = ''] = error.message.split('\n')
    return [{ source: file, key: '', message: `${reason} (line ${error.line}, column ${error.column})` }]
  }
}
