import type { SlotUnit } from '../core/slots.ts'

export interface Device {
  id: string
  model: string
  numaNode: number | null
  memoryBytes: bigint
  processingUnits: number
}

/** An accelerator plugin (accelerators-plugins.md); `key` is the device name, the part of a slot before the dot. */
export interface AcceleratorPlugin {
  readonly key: string
  readonly version: string
  readonly slotTypes: Record<string, SlotUnit>
  readonly exclusiveSlotTypes: readonly string[]
  /** Amounts of fractional slots (`….shares`) are multiples of this; decimal text, default 0.1. */
  readonly quantumSize?: string
  /** Shown in the agent's compute plugins. */
  readonly attributes?: Record<string, string>
  devices(): Promise<Device[]>
  /** Amount of each slot that a device offers, as exact decimal text. */
  capacity(device: Device): Record<string, string>
  /** Extra container settings for an allocation: device id → slot → amount. */
  containerSettings(allocation: Record<string, Record<string, string>>): Promise<{
    environ: Record<string, string>
    mounts: { source: string; target: string; readOnly: boolean }[]
    devices: Record<string, unknown>[]
    /** Extra lines of resource.txt. */
    resourceLines?: Record<string, string>
  }>
}
