import { type Amount, isInfinite, ZERO } from '../../core/amount.ts'
import {
  amountOf,
  lackingSlots,
  NO_SLOTS,
  type Slots,
  slotsToJson,
  subtractSlots,
  sumSlots,
} from '../../core/slots.ts'

/** What somebody may have and has; `limits` names every known slot. */
export interface Allowance {
  limits: Slots
  using: Slots
}

export interface PresetCheckInput {
  keypair: Allowance
  project: Allowance
  domain: Allowance
  /** Amounts of the project may be shown to members. */
  showsProject: boolean
  /** The allowed resource groups with what the caller's kernels hold there. */
  scalingGroups: ReadonlyMap<string, Slots>
  /** Alive, schedulable agents of those groups. */
  agents: readonly { scalingGroup: string; available: Slots; occupied: Slots }[]
  presets: readonly { name: string; slots: Slots; sharedMemory: number | null }[]
}

/** The answer of `POST /resource/check-presets` (scheduling.md §11). */
export function checkPresets(input: PresetCheckInput) {
  const { keypair, project, domain } = input
  const names = [...keypair.limits.keys()]
  const keypairRemaining = atMost(left(keypair), atMost(left(project), left(domain)))
  const free = input.agents.map(({ scalingGroup, available, occupied }) => ({
    scalingGroup,
    slots: only(names, atLeastZero(subtractSlots(available, occupied))),
  }))
  const sumOf = (group: string | null) =>
    free
      .filter(({ scalingGroup }) => group === null || scalingGroup === group)
      .reduce((sum, { slots }) => sumSlots(sum, slots), only(names, NO_SLOTS))

  const hidden = Object.fromEntries(names.map((name) => [name, 'NaN']))
  const shown = (slots: Slots) => (input.showsProject ? slotsToJson(only(names, slots)) : hidden)
  return {
    keypair_limits: slotsToJson(keypair.limits),
    keypair_using: slotsToJson(only(names, keypair.using)),
    keypair_remaining: slotsToJson(keypairRemaining),
    group_limits: shown(project.limits),
    group_using: shown(project.using),
    group_remaining: shown(left(project)),
    scaling_group_remaining: slotsToJson(atMost(sumOf(null), keypairRemaining)),
    scaling_groups: Object.fromEntries(
      [...input.scalingGroups].map(([name, using]) => [
        name,
        {
          using: slotsToJson(only(names, using)),
          remaining: slotsToJson(atMost(sumOf(name), keypairRemaining)),
        },
      ]),
    ),
    presets: input.presets.map((preset) => ({
      name: preset.name,
      resource_slots: slotsToJson(only(names, preset.slots)),
      shared_memory: preset.sharedMemory === null ? null : String(preset.sharedMemory),
      allocatable:
        lackingSlots(preset.slots, keypairRemaining).length === 0 &&
        free.some(({ slots }) => lackingSlots(preset.slots, slots).length === 0),
    })),
  }
}

const left = ({ limits, using }: Allowance): Slots =>
  new Map([...limits].map(([name, limit]) => [name, remainder(limit, amountOf(using, name))]))

const remainder = (limit: Amount, used: Amount): Amount => {
  if (isInfinite(limit)) return limit
  return limit > used ? limit - used : ZERO
}

/** Known slots only, zero where absent. */
const only = (names: readonly string[], slots: Slots): Slots =>
  new Map(names.map((name) => [name, amountOf(slots, name)]))

const atLeastZero = (slots: Slots): Slots => new Map([...slots].filter(([, amount]) => amount > ZERO))

const atMost = (slots: Slots, cap: Slots): Slots =>
  new Map(
    [...slots].map(([name, amount]) => {
      const limit = amountOf(cap, name)
      if (amount > limit) return [name, limit]
      return [name, amount]
    }),
  )
