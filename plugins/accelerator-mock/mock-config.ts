import * as v from 'valibot'
import { parseBytes } from '../../src/core/bytes.ts'

const size = v.pipe(
  v.union([v.string(), v.number()]),
  v.transform((value) => parseBytes(String(value))),
)

const device = v.pipe(
  v.object({
    mother_uuid: v.string(),
    model_name: v.string(),
    numa_node: v.optional(v.nullable(v.number()), null),
    subproc_count: v.number(),
    memory_size: size,
    is_mig_device: v.optional(v.boolean()),
    /** The spelling of older files. */
    is_mig_devices: v.optional(v.boolean()),
  }),
  v.transform(({ is_mig_device, is_mig_devices, ...rest }) => ({
    ...rest,
    is_mig_device: is_mig_device ?? is_mig_devices ?? false,
  })),
)

/** mock-accelerator.toml, read as TOML already (accelerators-plugins.md §5). */
export const mockConfigSchema = v.object({
  slot_name: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_]*$/, 'a device name such as "cuda"')),
  device_plugin_name: v.optional(v.picklist(['CUDADevice', 'MockDevice']), 'MockDevice'),
  devices: v.pipe(v.array(device), v.minLength(1)),
  attributes: v.optional(v.record(v.string(), v.union([v.string(), v.number()])), {}),
  formats: v.optional(v.record(v.string(), v.unknown()), {}),
})

export type MockConfig = v.InferOutput<typeof mockConfigSchema>
export type MockDevice = MockConfig['devices'][number]

/** Settings of a fractional accelerator (§4); the shared configuration gives them as text. */
export interface ShareSettings {
  allocationMode: 'discrete' | 'fractional'
  /** Bytes of memory in one share. */
  unitMem: bigint
  /** Processors in one share. */
  unitProc: number
  /** Decimal text. */
  quantumSize: string
  /** Bytes of each device that no share gets. */
  reservedMemory: bigint
  /** Device ids to hide. */
  deviceMask: readonly string[]
}

export const DEFAULT_SHARES: ShareSettings = {
  allocationMode: 'discrete',
  unitMem: 2n * 1024n ** 3n,
  unitProc: 8,
  quantumSize: '0.1',
  reservedMemory: 64n * 1024n ** 2n,
  deviceMask: [],
}

const LEAST_UNIT_MEM = 512n * 1024n ** 2n

/** @throws RangeError naming the setting that is wrong. */
export function readShareSettings(given: Readonly<Record<string, string>>): ShareSettings {
  const mode = given.allocation_mode ?? DEFAULT_SHARES.allocationMode
  if (mode !== 'discrete' && mode !== 'fractional') {
    throw new RangeError(`allocation_mode: expected "discrete" or "fractional", got "${mode}"`)
  }
  const unitMem = given.unit_mem === undefined ? DEFAULT_SHARES.unitMem : parseBytes(given.unit_mem)
  if (unitMem < LEAST_UNIT_MEM) throw new RangeError('unit_mem: expected at least 512m')
  const unitProc = Number(given.unit_proc ?? DEFAULT_SHARES.unitProc)
  if (!Number.isInteger(unitProc) || unitProc < 2)
    throw new RangeError('unit_proc: expected a whole number from 2')
  const quantumSize = given.quantum_size ?? DEFAULT_SHARES.quantumSize
  if (!(Number(quantumSize) > 0)) throw new RangeError('quantum_size: expected a positive number')
  return {
    allocationMode: mode,
    unitMem,
    unitProc,
    quantumSize,
    reservedMemory:
      given.reserved_memory === undefined ? DEFAULT_SHARES.reservedMemory : parseBytes(given.reserved_memory),
    deviceMask: (given.device_mask ?? '')
      .split(',')
      .map((id) => id.trim())
      .filter(Boolean),
  }
}
