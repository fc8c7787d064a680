/** The vocabulary of virtual folders (domain-model.md §1.12, §2.8, §4). */

/** What one may do with the files of a folder; each allows what those before it do. */
export const VFOLDER_PERMISSIONS = ['ro', 'rw', 'wd'] as const
export type VfolderPermission = (typeof VFOLDER_PERMISSIONS)[number]

export const VFOLDER_USAGE_MODES = ['general', 'model', 'data'] as const
export type VfolderUsageMode = (typeof VFOLDER_USAGE_MODES)[number]

export const VFOLDER_STATUSES = [
  'ready',
  'performing',
  'cloning',
  'mounted',
  'error',
  'delete-pending',
  'delete-ongoing',
  'delete-complete',
  'delete-error',
] as const
export type VfolderStatus = (typeof VFOLDER_STATUSES)[number]

/** Folders in these statuses are in use: they have their name to themselves and count against limits. */
export const LIVE_VFOLDER_STATUSES: readonly VfolderStatus[] = [
  'ready',
  'performing',
  'cloning',
  'mounted',
  'error',
]

export const allowsPermission = (has: VfolderPermission, wanted: VfolderPermission): boolean =>
  VFOLDER_PERMISSIONS.indexOf(has) >= VFOLDER_PERMISSIONS.indexOf(wanted)

/** A folder as storage knows it: `<quota scope>/<32 hex digits>`, without a scope for folders from before those. */
export const vfidText = (scope: string | null, id: string): string => {
  const hex = id.replaceAll('-', '')
  return scope === null || scope === '' ? hex : `${scope}/${hex}`
}

/** What `vfidText` wrote; null for anything else. */
export function parseVfid(text: string): { scope: string | null; folder: string } | null {
  const match = /^(?:((?:user|project):[0-9a-f-]{36})\/)?([0-9a-f]{32})$/.exec(
    text
      .toLowerCase()
      .replace(/([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/, '$1$2$3$4$5'),
  )
  return match ? { scope: match[1] ?? null, folder: match[2] ?? '' } : null
}

const MAX_NAME = 64
const NAME = /^[\p{L}\p{M}\p{N}._-](?:[\p{L}\p{M}\p{N}._ -]*[\p{L}\p{M}\p{N}._-])?$/u
const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i
/** `.ssh` is not among them: the documentation tells users to make it. */
const RESERVED = ['.', '..', '_', 'invitations', '.terminfo', '.jupyter', '.tmux.conf']
const SHELL_FILES = /^\.[a-z0-9]+(?:rc|_profile)$/

/** Why a name cannot be that of a folder, in a sentence; null when it can. */
export function folderNameFault(name: string): string | null {
  if ([...name].length > MAX_NAME) return `A folder's name has at most ${MAX_NAME} characters.`
  if (!NAME.test(name))
    return `"${name}" is no folder name: letters, digits, ".", "_", "-" and spaces between them are possible.`
  if (RESERVED.includes(name) || SHELL_FILES.test(name)) return `The name "${name}" is reserved.`
  return UUID.test(name) ? 'A name that looks like an id would be mistaken for one.' : null
}

/** Folders that are mounted in every session of their owner. */
export const isAutoMounted = (name: string): boolean => name.startsWith('.')
