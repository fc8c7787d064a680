import * as v from 'valibot'
import { parseBytes } from '../core/bytes.ts'
import { VFOLDER_PERMISSIONS, VFOLDER_USAGE_MODES } from '../core/vfolder.ts'
import { anObject, firstOf, flag, integer, nullableText, uuid } from './fields.ts'

/** The parameters of folder routes (client-wire.md §2.4): every spelling that clients have used, one shape inside. */
type Fields = Readonly<Record<string, unknown>>

const given = (input: Fields, ...names: string[]): unknown => firstOf(input, names) ?? undefined
const clean = v.pipe(
  v.string(),
  v.check((value) => !value.includes('\0'), 'must not contain NUL characters'),
)
const name = v.pipe(clean, v.minLength(1, 'the name is empty'))
const path = v.pipe(clean, v.maxLength(4096))
const permission = v.picklist(VFOLDER_PERMISSIONS)
const usageMode = v.optional(v.nullable(v.picklist(VFOLDER_USAGE_MODES)), null)
const textOrNull = v.optional(v.nullable(clean), null)

/** One text or a list of them. */
const texts = (item: typeof path) =>
  v.pipe(
    v.union([v.array(item), item]),
    v.transform((value) => (typeof value === 'string' ? [value] : value)),
    v.maxLength(1000),
  )

/** Bytes: a number or a text such as `10g`; zero, empty and null are no limit. */
const byteLimit = v.pipe(
  v.optional(v.nullable(v.union([v.pipe(v.number(), v.safeInteger(), v.minValue(0)), v.string()])), null),
  v.rawTransform(({ dataset, addIssue, NEVER }): bigint | null => {
    if (dataset.value === null || dataset.value === '') return null
    try {
      return parseBytes(String(dataset.value)) || null
    } catch {
      addIssue({ message: 'expected a size such as 10g' })
      return NEVER
    }
  }),
)

export const createFolderParams = v.pipe(
  anObject,
  v.transform((input: Fields) => ({
    ...input,
    group: given(input, 'group', 'group_id', 'groupId'),
    host: given(input, 'host', 'folder_host'),
    unmanaged_path: given(input, 'unmanaged_path', 'unmanagedPath'),
    usage_mode: given(input, 'usage_mode', 'usageMode'),
  })),
  v.object({
    name,
    host: textOrNull,
    group: textOrNull,
    unmanaged_path: textOrNull,
    usage_mode: usageMode,
    permission: v.optional(v.nullable(permission), null),
    quota: byteLimit,
    cloneable: v.optional(v.nullable(flag), false),
  }),
)

export const listFoldersParams = v.pipe(
  anObject,
  v.transform((input: Fields) => ({ ...input, group_id: given(input, 'group_id', 'groupId') })),
  v.object({
    all: v.optional(v.nullable(flag), false),
    group_id: textOrNull,
    owner_user_email: nullableText,
  }),
)

export const folderIdParams = v.pipe(
  anObject,
  v.transform((input: Fields) => ({ id: given(input, 'id', 'vfolder_id', 'vfolderId') })),
  v.object({ id: uuid }),
)
export const folderNameParams = v.object({ name })
export const renameFolderParams = v.object({ new_name: name })
export const folderOptionsParams = v.object({
  cloneable: v.optional(v.nullable(flag), null),
  permission: v.optional(v.nullable(permission), null),
})

export const cloneFolderParams = v.object({
  target_name: name,
  target_host: textOrNull,
  usage_mode: usageMode,
  permission: v.optional(v.nullable(permission), null),
  cloneable: v.optional(v.nullable(flag), false),
})

export const makeDirectoryParams = v.object({
  path: v.pipe(texts(path), v.minLength(1), v.maxLength(50)),
  parents: v.optional(v.nullable(flag), true),
  exist_ok: v.optional(v.nullable(flag), false),
})
export const renameFileParams = v.object({ target_path: path, new_name: name })
export const moveFileParams = v.object({ src: path, dst: path })
export const removeFilesParams = v.object({
  files: v.pipe(texts(path), v.minLength(1)),
  recursive: v.optional(v.nullable(flag), false),
})
export const folderFilesParams = v.object({ path: v.optional(v.nullable(path), '') })
export const requestUploadParams = v.object({ path, size: v.pipe(integer, v.minValue(0)) })
export const requestDownloadParams = v.pipe(
  anObject,
  v.transform((input: Fields) => ({ ...input, path: given(input, 'path', 'file') })),
  v.object({ path, archive: v.optional(v.nullable(flag), false) }),
)

const emails = v.pipe(texts(path), v.minLength(1, 'name at least one user'))
const emailNames = ['emails', 'emails[]', 'user_ids', 'user_ids[]', 'userIDs'] as const

export const inviteParams = v.pipe(
  anObject,
  v.transform((input: Fields) => ({
    permission: given(input, 'perm', 'permission'),
    emails: given(input, ...emailNames),
  })),
  v.object({ permission: v.optional(permission, 'rw'), emails }),
)
export const shareParams = v.pipe(
  anObject,
  v.transform((input: Fields) => ({
    permission: given(input, 'permission', 'perm'),
    emails: given(input, ...emailNames),
  })),
  v.object({ permission: v.optional(permission, 'rw'), emails }),
)
export const unshareParams = v.pipe(
  anObject,
  v.transform((input: Fields) => ({ emails: given(input, ...emailNames) })),
  v.object({ emails }),
)
export const invitationParams = v.object({ inv_id: uuid })
export const changeInvitationParams = v.pipe(
  anObject,
  v.transform((input: Fields) => ({ permission: given(input, 'perm', 'permission') })),
  v.object({ permission }),
)
export const leaveParams = v.object({ shared_user_uuid: v.optional(v.nullable(uuid), null) })
export const sharedParams = v.object({ vfolder_id: v.optional(v.nullable(uuid), null) })
export const changeShareParams = v.pipe(
  anObject,
  v.transform((input: Fields) => ({ ...input, perm: given(input, 'perm', 'permission') })),
  v.object({ vfolder: uuid, user: uuid, perm: v.optional(v.nullable(permission), null) }),
)
export const ownershipParams = v.object({ vfolder: uuid, user_email: name })

export const hostsParams = v.pipe(
  anObject,
  v.transform((input: Fields) => ({ group_id: given(input, 'group_id', 'groupId') })),
  v.object({ group_id: v.optional(v.nullable(uuid), null) }),
)
export const folderHostParams = v.object({ folder_host: name })
export const folderOnHostParams = v.object({ folder_host: name, id: uuid })
export const writeQuotaParams = v.object({
  folder_host: name,
  id: uuid,
  input: v.pipe(
    anObject,
    v.transform((input: Fields) => ({ size_bytes: given(input, 'size_bytes', 'limit_bytes') })),
    v.object({ size_bytes: v.pipe(integer, v.minValue(0)) }),
  ),
})

const fstabPath = v.pipe(
  v.optional(v.nullable(clean), null),
  v.transform((path) => path || '/etc/fstab'),
  v.check(
    (path) => /^\/(?:[\w.-]+\/)*fstab[\w.-]*$/.test(path) && !path.includes('..'),
    'expected the path of an fstab',
  ),
)
const mountName = v.pipe(v.string(), v.regex(/^\w[\w.-]{0,63}$/, 'expected the name of a folder'))
const word = v.pipe(v.string(), v.regex(/^[^\s\0-][^\n\0]*$/, 'expected one line'))

export const fstabParams = v.object({ fstab_path: fstabPath, agent_id: nullableText })
export const mountVolumeParams = v.object({
  name: mountName,
  fs_location: word,
  fs_type: v.optional(
    v.nullable(v.pipe(v.string(), v.regex(/^[a-z0-9][\w.-]*$/, 'expected a file system type'))),
    'nfs',
  ),
  options: v.optional(
    v.nullable(v.pipe(v.string(), v.regex(/^[^\s\0]*$/, 'expected options without spaces'))),
    null,
  ),
  scaling_group: nullableText,
  fstab_path: fstabPath,
  edit_fstab: v.optional(v.nullable(flag), false),
})
export const unmountVolumeParams = v.object({
  name: mountName,
  scaling_group: nullableText,
  fstab_path: fstabPath,
  edit_fstab: v.optional(v.nullable(flag), false),
})
