/** What may be granted on a storage host (domain-model.md §1.12). */
export const VFOLDER_HOST_PERMISSIONS = [
  'create-vfolder',
  'modify-vfolder',
  'delete-vfolder',
  'mount-in-session',
  'upload-file',
  'download-file',
  'invite-others',
  'set-user-specific-permission',
] as const
