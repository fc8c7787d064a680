import type { LoadedConfig } from '../config/loader.ts'
import type { ConfigRole } from '../config/role.ts'
import type { Io } from './io.ts'
import type { Administration } from './socket-client.ts'

/** What one invocation of an administration command has at hand. */
export interface Session {
  readonly io: Io
  /** `--json`: one JSON document on standard output instead of text. */
  readonly json: boolean
  /** Of the manager, or of another role. */
  readonly config: (role?: ConfigRole) => LoadedConfig
  /** Opens, runs and closes; `create` makes the database where there is none. */
  run<T>(
    command: string,
    body: (admin: Administration) => Promise<T>,
    options?: { create?: boolean },
  ): Promise<T>
  /** `text` for people, `value` for `--json`. */
  print(text: string, value: unknown): void
}
