import type { SlotUnit } from '../../core/slots.ts'

/** How a user interface shows a slot; keys as clients read them. */
export interface SlotMetadata {
  slot_name: string
  description: string
  human_readable_name: string
  display_unit: string
  number_format: { binary: boolean; round_length: number }
  display_icon: string
}

type Shown = readonly [name: string, description: string, unit: string, icon: string, digits: number]

const KNOWN: Record<string, Shown> = {
  cpu: ['CPU', 'CPU cores', 'Core', 'cpu', 0],
  mem: ['RAM', 'Main memory', 'GiB', 'ram', 0],
  'cuda.device': ['GPU', 'Whole CUDA GPUs', 'GPU', 'gpu1', 0],
  'cuda.shares': ['fGPU', 'Fractional CUDA GPUs', 'fGPU', 'gpu2', 2],
  'rocm.device': ['GPU', 'Whole ROCm GPUs', 'GPU', 'gpu1', 0],
  'tpu.device': ['TPU', 'Tensor processing units', 'TPU', 'tpu', 0],
}

/** Metadata of a slot; an unknown accelerator is shown by its own name. */
export function describeSlot(name: string, unit: SlotUnit | undefined): SlotMetadata {
  const [title, description, displayUnit, icon, digits] = KNOWN[name] ?? [name, name, name, 'gpu1', 0]
  return {
    slot_name: name,
    description,
    human_readable_name: title,
    display_unit: displayUnit,
    number_format: { binary: unit === 'bytes', round_length: digits },
    display_icon: icon,
  }
}
