export const ROLE_NAMES = ['manager', 'agent', 'storage-proxy', 'webserver', 'app-proxy', 'watcher'] as const
export type RoleName = (typeof ROLE_NAMES)[number]

/** A role that runs: disposing stops it gracefully and keeps users' containers (architecture, decision 9). */
export interface RunningRole extends AsyncDisposable {
  readonly name: RoleName
  /** What it serves, for the greeting: `{api: 'http://127.0.0.1:8081'}`. */
  readonly endpoints: Record<string, string>
}
