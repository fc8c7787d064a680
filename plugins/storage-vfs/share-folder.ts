import { dlopen } from 'bun:ffi'
import type { FolderHandle } from '../../src/lib/files/open-inside.ts'

const SYMBOLS = {
  fsetxattr: { args: ['i32', 'ptr', 'ptr', 'u64', 'i32'], returns: 'i32' },
} as const

const LIBRARIES = ['libc.so.6', 'libc.musl-x86_64.so.1', 'libc.musl-aarch64.so.1']
const ATTRIBUTE = Buffer.from('system.posix_acl_default\0')

/** Everybody may do everything with what is made in the folder: version 2, then tag, permissions and no id for each. */
const EVERYBODY = (() => {
  const [owner, group, other] = [0x01, 0x04, 0x20]
  const bytes = Buffer.alloc(4 + 3 * 8)
  bytes.writeUInt32LE(2, 0)
  for (const [index, tag] of [owner, group, other].entries()) {
    bytes.writeUInt16LE(tag, 4 + index * 8)
    bytes.writeUInt16LE(7, 6 + index * 8)
    bytes.writeUInt32LE(0xffffffff, 8 + index * 8)
  }
  return bytes
})()

function open() {
  for (const name of LIBRARIES) {
    try {
      return dlopen(name, SYMBOLS).symbols
    } catch {
      // Not that C library.
    }
  }
  return null
}
let opened: ReturnType<typeof open> | undefined

/**
 * Opens a folder to every kernel that it is mounted in, whatever user number it has and whatever its umask: the
 * directories above decide who gets here. Where the file system has no access lists, new files keep their umask.
 */
export async function shareFolder(folder: FolderHandle): Promise<void> {
  await folder.chmod(0o777)
  opened ??= open()
  opened?.fsetxattr(folder.fd, ATTRIBUTE, EVERYBODY, EVERYBODY.length, 0)
}
