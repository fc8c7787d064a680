import * as v from 'valibot'
import type { SlotUnit } from '../../src/core/slots.ts'
import type { AcceleratorPlugin, Device } from '../../src/plugin/accelerator.ts'
import {
  DEFAULT_SHARES,
  type MockConfig,
  type MockDevice,
  mockConfigSchema,
  type ShareSettings,
} from './mock-config.ts'

interface NamedDevice {
  device: Device
  config: MockDevice
}

/**
 * Accelerators that do not exist, for development and tests: whole devices, fractions and MIG slices as the
 * configuration lists them.
 * @throws Error naming what is wrong with the configuration
 */
export function mockAccelerator(config: unknown, shares: ShareSettings = DEFAULT_SHARES): AcceleratorPlugin {
  const parsed = v.safeParse(mockConfigSchema, config)
  if (!parsed.success) {
    const [issue] = parsed.issues
    throw new Error(`mock-accelerator.toml: ${v.getDotPath(issue) ?? 'file'}: ${issue.message}`)
  }
  const { slot_name: key, attributes } = parsed.output
  const devices = nameDevices(parsed.output).filter(({ device }) => !shares.deviceMask.includes(device.id))
  const isFractional = shares.allocationMode === 'fractional'
  const wholeSlot = isFractional ? `${key}.shares` : `${key}.device`
  const slotOf = ({ is_mig_device, model_name }: MockDevice) =>
    is_mig_device ? migSlot(key, model_name) : wholeSlot
  const slotTypes = Object.fromEntries(
    devices.map(({ config: each }): [string, SlotUnit] => [
      slotOf(each),
      each.is_mig_device ? 'unique' : 'count',
    ]),
  )
  const configOf = new Map(devices.map(({ device, config: each }) => [device.id, each]))

  return {
    key,
    version: 'mock',
    slotTypes,
    exclusiveSlotTypes: [`${key}.*-mig`, `${key}.device`, `${key}.shares`],
    quantumSize: shares.quantumSize,
    attributes: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, String(value)])),
    devices: async () => devices.map(({ device }) => device),
    capacity({ id, memoryBytes, processingUnits }) {
      const own = configOf.get(id)
      if (!own) return {}
      if (own.is_mig_device || !isFractional) return { [slotOf(own)]: '1' }
      return { [wholeSlot]: shareOf(memoryBytes, processingUnits, shares) }
    },
    async containerSettings(allocation) {
      const ids = Object.keys(allocation).sort()
      const numbered = ids.map((id, index) => `${index}:${id}`).join(',')
      return {
        environ: {
          ...(key === 'cuda' ? { TF_MIN_GPU_MULTIPROCESSOR_COUNT: '4' } : {}),
          [`BACKENDAI_MOCK_${key.toUpperCase()}_DEVICES`]: ids.join(','),
          [`BACKENDAI_MOCK_${key.toUpperCase()}_DEVICE_COUNT`]: String(ids.length),
        },
        mounts: [],
        devices: [],
        resourceLines: {
          [`${key.toUpperCase()}_GLOBAL_DEVICE_IDS`]: numbered,
          ...(isFractional ? virtualLines(key, allocation, shares) : {}),
        },
      }
    },
  }
}

/** `cuda.10g-mig` for the model `MIG-10g` (decisions.md, "MIG slots"). */
const migSlot = (key: string, model: string): string =>
  `${key}.${model.replace(/^mig-/i, '').toLowerCase()}-mig`

/** Whole devices are named by their uuid, slices by mother and place, as `MIG-<uuid>/<gi>/<ci>`. */
function nameDevices({ devices }: MockConfig): NamedDevice[] {
  const slices = new Map<string, number>()
  return devices.map((config) => {
    const place = slices.get(config.mother_uuid) ?? 0
    slices.set(config.mother_uuid, place + 1)
    const id = config.is_mig_device ? `MIG-${config.mother_uuid}/${place}/0` : config.mother_uuid
    return {
      config,
      device: {
        id,
        model: config.model_name,
        numaNode: config.numa_node,
        memoryBytes: config.memory_size,
        processingUnits: config.subproc_count,
      },
    }
  })
}

/** Two digits, rounded down: the smaller of what memory and processors allow. */
function shareOf(memoryBytes: bigint, processingUnits: number, settings: ShareSettings): string {
  const usable = memoryBytes - settings.reservedMemory
  const byMemory = (usable * 100n) / settings.unitMem
  const byProcessors = BigInt(Math.floor((processingUnits * 100) / settings.unitProc))
  const hundredths = byMemory < byProcessors ? byMemory : byProcessors
  return hundredths <= 0n ? '0' : `${hundredths / 100n}.${String(hundredths % 100n).padStart(2, '0')}`
}

function virtualLines(
  key: string,
  allocation: Record<string, Record<string, string>>,
  { unitMem, unitProc, reservedMemory }: ShareSettings,
): Record<string, string> {
  const parts = Object.entries(allocation).map(([id, slots]): [string, number] => [
    id,
    Number(slots[`${key}.shares`] ?? '0'),
  ])
  const prefix = key.toUpperCase()
  const memory = parts.map(([id, share]) => `${id}:${Math.floor(share * Number(unitMem))}`)
  const processors = parts.map(([id, share]) => `${id}:${Math.max(4, Math.floor(share * unitProc))}`)
  return {
    [`${prefix}_RESOURCE_VIRTUALIZED`]: '1',
    [`${prefix}_MEMORY_LIMITS`]: memory.join(','),
    [`${prefix}_PROCESSOR_LIMITS`]: processors.join(','),
    [`${prefix}_RESERVED_MEMORY`]: String(reservedMemory),
  }
}
