import type { Command } from 'commander'
import type { TaskState } from '../admin-context.ts'
import { AdminError } from '../admin-error.ts'
import type { Session } from '../session.ts'
import type { Administration } from '../socket-client.ts'
import { addImageChanges } from './image-changes.ts'

const POLL_MS = 200
const ARCHITECTURE = process.arch === 'arm64' ? 'aarch64' : 'x86_64'

export function addImageCommands(mgr: Command, session: Session): void {
  const image = mgr.command('image').description('images that sessions can run')
  image
    .command('list')
    .description('every image with its short names')
    .option('-s, --short', 'only the references')
    .option('-i, --installed', 'only what living agents have')
    .action(async (flags: { short?: boolean; installed?: boolean }) => {
      const all = await session.run('mgr image list', (admin) => admin.call('image.list', {}))
      const rows = all.filter(({ isInstalled }) => isInstalled || !flags.installed)
      const lines = rows.map(({ name, architecture, isLocal, aliases }) =>
        flags.short
          ? name
          : [name, architecture, ...(isLocal ? ['local'] : []), ...aliases.map((alias) => `=${alias}`)].join(
              '  ',
            ),
      )
      session.print([...new Set(lines)].join('\n') || 'no images', rows)
    })
  image
    .command('inspect')
    .description('all that is known of one image')
    .argument('<image>', 'full reference or short name')
    .option('--arch <name>', 'architecture of the image', ARCHITECTURE)
    .action(async (reference: string, { arch }: { arch: string }) => {
      const found = await session.run('mgr image inspect', (admin) =>
        admin.call('image.inspect', { reference, architecture: arch }),
      )
      const { labels, resources, aliases, agents, ...facts } = found
      const lines = [
        ...Object.entries(facts).map(([key, value]) => `${key}: ${value ?? ''}`),
        `aliases: ${aliases.join(', ')}`,
        `agents: ${agents.join(', ')}`,
        ...Object.entries(resources).map(
          ([slot, { min, max }]) => `resources.${slot}: ${min} to ${max ?? 'any'}`,
        ),
        ...Object.entries(labels).map(([key, value]) => `labels.${key}: ${value}`),
      ]
      session.print(lines.map((line) => line.trimEnd()).join('\n'), found)
    })
  image
    .command('alias')
    .description('give an image a short name')
    .argument('<alias>')
    .argument('<target>', 'full reference, e.g. cr.backend.ai/stable/python:3.9-ubuntu20.04')
    .option('--arch <name>', 'architecture of the image', ARCHITECTURE)
    .action(async (alias: string, target: string, { arch }: { arch: string }) => {
      const result = await session.run('mgr image alias', (admin) =>
        admin.call('image.alias', { alias, target, architecture: arch }),
      )
      session.print(`${result.alias} now means ${result.target}`, result)
    })
  image
    .command('dealias')
    .description('take a short name away')
    .argument('<alias>')
    .action(async (alias: string) => {
      const result = await session.run('mgr image dealias', (admin) => admin.call('image.dealias', { alias }))
      session.print(`${alias} is removed`, result)
    })
  image
    .command('rescan')
    .description('read the kernel images of a registry anew; without a name, of all, and what agents have')
    .argument('[registry]', 'name below config/docker/registry, e.g. cr.backend.ai')
    .addHelpText('after', '\nExample:\n  backendai mgr image rescan cr.backend.ai')
    .action(async (registry?: string) => {
      const state = await session.run('mgr image rescan', (admin) => rescan(session, admin, registry ?? null))
      if (state.status !== 'done') throw new AdminError(`the scan ${state.status}: ${state.message}`, 1)
      session.print(state.message, state)
    })
  addImageChanges(image, session, ARCHITECTURE)
}

/** Follows the task to its end; its steps are told on standard error. */
async function rescan(session: Session, admin: Administration, registry: string | null): Promise<TaskState> {
  const { taskId } = await admin.call('image.rescan', { registry })
  let told = ''
  for (;;) {
    const state = await admin.call('image.rescan-state', { taskId })
    if (state.status !== 'running') return state
    const line = state.total > 0 ? `${state.message} (${state.current} of ${state.total})` : state.message
    if (line !== told && state.message !== '' && !session.json) session.io.stderr(`${line}\n`)
    told = line
    await Bun.sleep(POLL_MS)
  }
}
