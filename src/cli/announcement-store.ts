import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { CliIo } from './cli-io.ts'

/** What this person was told of a cluster's announcement. */
export interface ToldAnnouncement {
  /** Milliseconds since the epoch when the server was asked last. */
  askedAt: number
  /** Of the text that was shown last; empty for none. */
  digest: string
  /** Shown no more until the text changes. */
  isDismissed: boolean
}

/** By the addresses of the cluster. */
export interface AnnouncementStore {
  find(endpoint: string): Promise<ToldAnnouncement | null>
  keep(endpoint: string, told: ToldAnnouncement): Promise<void>
}

export function createAnnouncementStore({ env, home }: Pick<CliIo, 'env' | 'home'>): AnnouncementStore {
  const file = join(env.XDG_STATE_HOME || join(home, '.local', 'state'), 'backend.ai', 'announcements.json')

  async function read(): Promise<Record<string, ToldAnnouncement>> {
    try {
      const value: unknown = JSON.parse(await readFile(file, 'utf8'))
      return typeof value === 'object' && value !== null ? (value as Record<string, ToldAnnouncement>) : {}
    } catch {
      // None yet, or broken off while it was written: then it is shown once more.
      return {}
    }
  }

  return {
    find: async (endpoint) => (await read())[endpoint] ?? null,
    async keep(endpoint, told) {
      const all = { ...(await read()), [endpoint]: told }
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      const scratch = `${file}.${process.pid}`
      await writeFile(scratch, `${JSON.stringify(all, null, 2)}\n`)
      await rename(scratch, file)
    },
  }
}
