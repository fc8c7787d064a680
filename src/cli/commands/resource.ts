import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { EXIT } from '../exit-code.ts'
import { subcommand } from '../global-options.ts'
import { fieldText } from '../list/show-list.ts'
import { sizeText, slotsText } from '../sizes.ts'

interface CheckFlags {
  group?: string
  scalingGroup?: string
}

export const defineResource: Define = (parent, bind) => {
  const resource = subcommand(parent, {
    name: 'resource',
    usage: '<command>',
    summary: 'what sessions may use, and what is left of it',
    examples: ['resource check', 'resource presets'],
  }).enablePositionalOptions()

  subcommand(resource, {
    name: 'slots',
    aliases: ['query-slots'],
    summary: 'list the kinds of resources',
    examples: ['resource slots'],
  }).action(
    bind(async ({ context: { client, out } }) => {
      const slots = await (await client()).resources.slots()
      if (out.isJson) out.json(slots)
      else out.table([{ title: 'SLOT', min: 8 }, { title: 'UNIT' }], Object.entries(slots))
      return EXIT.ok
    }),
  )

  subcommand(resource, {
    name: 'presets',
    summary: 'list amounts with a name',
    examples: ['resource presets'],
  }).action(
    bind(async ({ context: { client, out } }) => {
      const presets = await (await client()).resources.presets()
      if (out.isJson) out.json({ presets })
      else if (presets.length === 0) out.info('There are no presets.')
      else
        out.table(
          [{ title: 'PRESET', min: 8 }, { title: 'RESOURCES', min: 10 }, { title: 'SHMEM' }],
          presets.map((preset) => [
            preset.name,
            slotsText(preset.resource_slots),
            preset.shared_memory ? sizeText(Number(preset.shared_memory)) : '',
          ]),
        )
      return EXIT.ok
    }),
  )

  subcommand(resource, {
    name: 'check',
    summary: 'show your limits, what you use, and which presets fit now',
    examples: ['resource check', 'resource check -g research --scaling-group gpu'],
  })
    .option('-g, --group <NAME>', 'project')
    .option('--scaling-group <NAME>', 'only this resource group')
    .action(bind<CheckFlags>(({ context, options }) => check(context, options)))

  subcommand(resource, {
    name: 'scaling-groups',
    summary: 'list the resource groups of a project',
    examples: ['resource scaling-groups'],
  })
    .option('-g, --group <NAME>', 'project')
    .action(
      bind<{ group?: string }>(async ({ context, options }) => {
        const { out } = context
        const group = options.group ?? (await context.settings()).group
        const names = await (await context.client()).resources.scalingGroups(group)
        if (out.isJson) out.json({ scaling_groups: names })
        else out.text(names.join('\n'))
        return EXIT.ok
      }),
    )
}

async function check(context: CommandContext, flags: CheckFlags): Promise<number> {
  const { out } = context
  const found = await (await context.client()).resources.checkPresets(flags)
  if (out.isJson) {
    out.json(found)
    return EXIT.ok
  }
  const slots = [...new Set([...Object.keys(found.keypair_limits), ...Object.keys(found.keypair_using)])]
  const amount = (slot: string, value: unknown): string => {
    if (value === 'Infinity') return 'no limit'
    return slot === 'mem' && Number.isFinite(Number(value)) ? sizeText(Number(value)) : fieldText(value)
  }
  out.table(
    [
      { title: 'SLOT', min: 8 },
      { title: 'LIMIT', align: 'right' },
      { title: 'USED', align: 'right' },
      { title: 'LEFT', align: 'right' },
    ],
    slots.map((slot) => [
      slot,
      amount(slot, found.keypair_limits[slot]),
      amount(slot, found.keypair_using[slot]),
      amount(slot, found.keypair_remaining[slot]),
    ]),
  )
  if (found.presets.length === 0) return EXIT.ok
  out.text('\nPresets')
  out.table(
    [{ title: 'PRESET', min: 8 }, { title: 'RESOURCES', min: 10 }, { title: 'FITS' }],
    found.presets.map((preset) => [
      preset.name,
      slotsText(preset.resource_slots),
      preset.allocatable ? 'yes' : 'no',
    ]),
  )
  return EXIT.ok
}
