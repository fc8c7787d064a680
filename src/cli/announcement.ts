import type { Announcement } from '../client/system.ts'
import { createAnnouncementStore } from './announcement-store.ts'
import type { CommandContext } from './command-context.ts'

/** Commands ask for it this often at most, as each time is a request. */
const ASK_AGAIN_MS = 3_600_000
const GIVE_UP_MS = 1000

/** Shows the cluster's announcement when it is new and was not dismissed. */
export async function showAnnouncement(context: CommandContext): Promise<void> {
  const { io, out } = context
  if (out.isJson || out.isQuiet) return
  try {
    const store = createAnnouncementStore(io)
    const endpoint = await endpointOf(context)
    const told = await store.find(endpoint)
    if (told && io.now() - told.askedAt < ASK_AGAIN_MS) return
    const found = await ask(context)
    const digest = digestOf(found)
    const isNew = digest !== told?.digest
    await store.keep(endpoint, {
      askedAt: io.now(),
      digest,
      isDismissed: !isNew && told?.isDismissed === true,
    })
    if (digest === '' || (!isNew && told?.isDismissed)) return
    out.info(`Announcement of this cluster:\n\n${found.message.trim()}\n`)
    out.info('"backend.ai admin announcement dismiss" shows it no more.')
  } catch {
    // The command itself went well: nothing that only decorates it may fail it.
  }
}

/** Shows the present announcement no more; false when there is none. */
export async function dismissAnnouncement(context: CommandContext): Promise<boolean> {
  const digest = digestOf(await ask(context))
  if (digest === '') return false
  const store = createAnnouncementStore(context.io)
  await store.keep(await endpointOf(context), { askedAt: context.io.now(), digest, isDismissed: true })
  return true
}

const ask = async (context: CommandContext): Promise<Announcement> =>
  (await context.client()).manager.announcement(AbortSignal.timeout(GIVE_UP_MS))

const digestOf = ({ enabled, message }: Announcement): string =>
  enabled && message.trim() !== '' ? Bun.hash(message).toString(36) : ''

const endpointOf = async (context: CommandContext): Promise<string> =>
  (await context.settings()).endpoints.join(',')
