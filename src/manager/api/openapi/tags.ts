/** A group of operations in the description. */
export interface Tag {
  name: string
  description?: string
}

/** Each resource with the first segments of its paths. */
const RESOURCES: readonly [name: string, description: string, segments: readonly string[]][] = [
  ['account', 'Your own account: login, password, keys, roles.', ['auth', 'totp']],
  ['config', 'Settings that the whole cluster shares.', ['config']],
  [
    'dotfiles',
    'Files and the script that new sessions begin with.',
    ['domain-config', 'group-config', 'user-config'],
  ],
  ['events', 'Server-sent events.', ['events']],
  ['folders', 'Virtual folders: files, sharing, trash, hosts.', ['acl', 'folders']],
  ['graphql', 'Administration: queries and mutations.', ['admin']],
  ['images', 'Bring foreign images into the cluster.', ['image']],
  ['logs', 'Audit and error logs.', ['audit-logs', 'logs']],
  ['manager', 'Freezing, the announcement, the scheduler.', ['manager']],
  ['resources', 'Presets, usage, and the machines behind them.', ['resource', 'scaling-groups']],
  ['server', 'What this server is, and how it does.', ['', 'health', 'metrics', 'spec']],
  ['sessions', 'Create, use and end sessions.', ['session', 'kernel']],
  ['streams', 'WebSockets into sessions.', ['stream']],
  ['templates', 'Sessions and clusters to start again and again.', ['template']],
]

const bySegment = new Map<string, Tag>(
  RESOURCES.flatMap(([name, description, segments]) =>
    segments.map((segment) => [segment, { name, description }] as const),
  ),
)

/** The resource that a path belongs to; what is not known here is called by its first segment. */
export function tagOf(path: string): Tag {
  const segment = path.split('/')[1] ?? ''
  return bySegment.get(segment) ?? { name: segment }
}
