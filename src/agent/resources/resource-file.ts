import { formatBytes, parseBytes } from '../../core/bytes.ts'
import type { SlotsJson, SlotTypes } from '../../core/slots.ts'
import type { Allocations } from '../allocator/allocator.ts'

/** What resource.txt keeps of a kernel: the persisted allocation (agent-kernel.md §5). */
export interface ResourceFile {
  /** Empty until the container exists: the file is written twice. */
  containerId: string
  scratchBytes: bigint
  mounts: { source: string; target: string; permission: string }[]
  slots: SlotsJson
  allocations: Allocations
  /** Lines of accelerator plugins, such as CUDA_GLOBAL_DEVICE_IDS. */
  extra: Record<string, string>
}

const MIB = 1024n * 1024n

export function formatResourceFile(file: ResourceFile, types: SlotTypes): string {
  const mounts = file.mounts.map(({ source, target, permission }) => `${source}:${target}:${permission}`)
  const shares = Object.values(file.allocations)
    .flatMap((slots) => Object.entries(slots))
    .map(([slot, devices]) => {
      const parts = Object.entries(devices).map(
        ([id, amount]) => `${id}:${types[slot] === 'bytes' ? formatBytes(BigInt(amount)) : amount}`,
      )
      return `${slot.toUpperCase()}_SHARES=${parts.join(',')}`
    })
  const lines = [
    `CID=${file.containerId}`,
    `SCRATCH_SIZE=${file.scratchBytes / MIB}m`,
    `MOUNTS=${mounts.join(',')}`,
    `SLOTS=${JSON.stringify(file.slots)}`,
    ...shares,
    ...Object.entries(file.extra).map(([name, value]) => `${name}=${value}`),
  ]
  return `${lines.join('\n')}\n`
}

/** @throws RangeError when a line that allocates devices cannot be read: guessing would hand them out twice. */
export function parseResourceFile(text: string, types: SlotTypes): ResourceFile {
  const pairs = text
    .split('\n')
    .filter((line) => line.includes('='))
    .map((line): [string, string] => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])
  const known = new Map(pairs)
  const slots = slotsOf(known.get('SLOTS') ?? '{}')
  const names = new Map(
    [...new Set([...Object.keys(types), ...Object.keys(slots)])].map((slot) => [
      `${slot.toUpperCase()}_SHARES`,
      slot,
    ]),
  )
  const allocations: Allocations = {}
  const extra: Record<string, string> = {}
  for (const [name, value] of pairs) {
    const slot = names.get(name)
    if (slot !== undefined) {
      const [key = slot] = slot.split('.')
      const group = allocations[key] ?? {}
      group[slot] = sharesOf(value, types[slot] === 'bytes')
      allocations[key] = group
    } else if (!['CID', 'SCRATCH_SIZE', 'MOUNTS', 'SLOTS'].includes(name)) extra[name] = value
  }
  return {
    containerId: known.get('CID') ?? '',
    scratchBytes: parseBytes(known.get('SCRATCH_SIZE') ?? '0'),
    mounts: (known.get('MOUNTS') ?? '').split(',').filter(Boolean).map(mountOf),
    slots,
    allocations,
    extra,
  }
}

function slotsOf(json: string): SlotsJson {
  try {
    return JSON.parse(json) as SlotsJson
  } catch (cause) {
    throw new RangeError('resource.txt: SLOTS is not JSON', { cause })
  }
}

function sharesOf(text: string, bytes: boolean): Record<string, string> {
  const parts = text.split(',').filter(Boolean)
  return Object.fromEntries(
    parts.map((part) => {
      // Device ids may contain colons themselves (PCI addresses); the amount never does.
      const cut = part.lastIndexOf(':')
      const amount = part.slice(cut + 1)
      if (cut < 1 || amount === '') throw new RangeError(`resource.txt: "${part}" is no device share`)
      return [part.slice(0, cut), bytes ? parseBytes(amount).toString() : amount]
    }),
  )
}

function mountOf(text: string): ResourceFile['mounts'][number] {
  const parts = text.split(':')
  const permission = parts.at(-1) ?? 'ro'
  const target = parts.at(-2) ?? ''
  return { source: parts.slice(0, -2).join(':'), target, permission }
}
