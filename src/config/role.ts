/** Whose configuration is loaded; administration commands load that of their role. */
export const CONFIG_ROLES = [
  'up',
  'manager',
  'agent',
  'storage-proxy',
  'webserver',
  'app-proxy',
  'watcher',
] as const
export type ConfigRole = (typeof CONFIG_ROLES)[number]
