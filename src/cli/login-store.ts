import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { CliIo } from './cli-io.ts'

/** What is kept of a login at a webserver. */
export interface KeptLogin {
  /** Cookie name → value. */
  cookies: Record<string, string>
  /** Of the account, which names its own sessions. */
  accessKey: string
}

/** Logins by the webserver's address, in a file that only its owner reads. */
export interface LoginStore {
  find(endpoint: string): Promise<KeptLogin | null>
  /** Null forgets it. */
  keep(endpoint: string, login: KeptLogin | null): Promise<void>
}

export function createLoginStore({ env, home }: Pick<CliIo, 'env' | 'home'>): LoginStore {
  const file = join(env.XDG_STATE_HOME || join(home, '.local', 'state'), 'backend.ai', 'logins.json')

  async function read(): Promise<Record<string, KeptLogin>> {
    try {
      const value: unknown = JSON.parse(await readFile(file, 'utf8'))
      return typeof value === 'object' && value !== null ? (value as Record<string, KeptLogin>) : {}
    } catch {
      // None yet, or broken off while it was written: a new login mends it.
      return {}
    }
  }

  return {
    find: async (endpoint) => (await read())[endpoint] ?? null,
    async keep(endpoint, login) {
      const { [endpoint]: _, ...others } = await read()
      const all = login ? { ...others, [endpoint]: login } : others
      if (Object.keys(all).length === 0) return rm(file, { force: true })
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      const scratch = `${file}.${process.pid}`
      await writeFile(scratch, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 })
      await rename(scratch, file)
    },
  }
}
