import type { Slots } from '../../client/admin/wire-input.ts'
import { commandGroup } from '../admin/command-group.ts'
import { finish } from '../admin/finish.ts'
import { findNamed, onNamed } from '../admin/noun.ts'
import { RESOURCE_PRESET } from '../admin/nouns.ts'
import { slots, someOf } from '../admin/option-values.ts'
import { showItem } from '../admin/show-item.ts'
import { showList } from '../admin/show-list.ts'
import type { CommandContext } from '../command-context.ts'
import type { Define } from '../command-table.ts'
import { subcommand } from '../global-options.ts'
import { sizeText, slotsText } from '../sizes.ts'

interface PresetFlags {
  resourceSlots?: Slots
  sharedMemory?: string
}

export const defineAdminResourcePreset: Define = (parent, bind) => {
  const preset = commandGroup(parent, {
    name: 'resource-preset',
    summary: 'named bundles of resources to choose from',
    examples: ['admin resource-preset list', 'admin resource-preset add small cpu=1,mem=2g'],
  })

  subcommand(preset, {
    name: 'list',
    summary: 'list the presets',
    examples: ['admin resource-preset list'],
  }).action(bind(({ context }) => list(context)))

  subcommand(preset, {
    name: 'info',
    summary: 'show one preset',
    examples: ['admin resource-preset info small'],
  })
    .argument('<NAME>', 'preset')
    .action(bind(({ context, args }) => info(context, args[0] ?? '')))

  subcommand(preset, {
    name: 'add',
    summary: 'make a preset',
    examples: ['admin resource-preset add small cpu=1,mem=2g --shared-memory 64m'],
  })
    .argument('<NAME>', 'its name')
    .argument('<SLOTS>', 'cpu=1,mem=2g or JSON', slots)
    .option('--shared-memory <SIZE>', 'shared memory: 64m')
    .action(
      bind<PresetFlags>(async ({ context, options, args: [name = '', amounts = ''] }) => {
        const input = { resourceSlots: slots(amounts), sharedMemory: options.sharedMemory }
        const made = await (await context.client()).resourcePresets.create(name, input)
        return finish(context, { resource_preset: made }, `Preset ${name} is made.`)
      }),
    )

  subcommand(preset, {
    name: 'update',
    summary: 'change a preset',
    examples: ['admin resource-preset update small --resource-slots cpu=2,mem=4g'],
  })
    .argument('<NAME>', 'preset')
    .option('--resource-slots <SLOTS>', 'cpu=1,mem=2g or JSON', slots)
    .option('--shared-memory <SIZE>', 'shared memory: 64m')
    .action(
      bind<PresetFlags>(async ({ context, options, args: [name = ''] }) => {
        const { resourceSlots, sharedMemory } = options
        const changes = someOf({ resourceSlots, sharedMemory })
        await onNamed(context, RESOURCE_PRESET, name, (client) =>
          client.resourcePresets.update(name, changes),
        )
        return finish(context, {}, `Preset ${name} is changed.`)
      }),
    )

  subcommand(preset, {
    name: 'delete',
    summary: 'remove a preset',
    examples: ['admin resource-preset delete small'],
  })
    .argument('<NAME>', 'preset')
    .action(
      bind(async ({ context, args: [name = ''] }) => {
        await onNamed(context, RESOURCE_PRESET, name, (client) => client.resourcePresets.delete(name))
        return finish(context, {}, `Preset ${name} is removed.`)
      }),
    )
}

const sharedText = (bytes: number | null): string => (bytes ? sizeText(bytes) : '')

async function list(context: CommandContext): Promise<number> {
  const presets = await (await context.client()).resourcePresets.list()
  return showList(context, presets, {
    none: 'There are no presets.',
    cells: [
      { title: 'NAME', min: 10, show: ({ name }) => name },
      { title: 'RESOURCES', min: 12, show: ({ resource_slots }) => slotsText(resource_slots) },
      { title: 'SHARED MEMORY', align: 'right', show: ({ shared_memory }) => sharedText(shared_memory) },
    ],
  })
}

async function info(context: CommandContext, name: string): Promise<number> {
  const preset = await findNamed(context, RESOURCE_PRESET, name, (client) =>
    client.resourcePresets.detail(name),
  )
  return showItem(context, preset, [
    ['Name', preset.name],
    ['Resources', slotsText(preset.resource_slots)],
    ['Shared memory', sharedText(preset.shared_memory)],
  ])
}
