import { access, constants, mkdir, statfs } from 'node:fs/promises'
import type { StoragePlugin, StorageVolume } from '../../src/plugin/storage-volume.ts'

/** Virtual folders as plain directories of any mounted file system. */
export const vfs: StoragePlugin = {
  backend: 'vfs',
  async open({ name, path, fsprefix }): Promise<StorageVolume> {
    // Folders of all users: no other user of this machine walks through. One that is there keeps its mode.
    await mkdir(path, { recursive: true, mode: 0o700 })
    return {
      name,
      backend: 'vfs',
      path,
      fsprefix,
      capabilities: ['vfolder'],
      usage: async () => {
        const { blocks, bavail, bsize } = await statfs(path)
        return { capacityBytes: blocks * bsize, usedBytes: (blocks - bavail) * bsize }
      },
      health: async () => {
        try {
          await access(path, constants.R_OK | constants.W_OK)
          return { status: 'healthy', info: null }
        } catch (error) {
          return { status: 'unavailable', info: error instanceof Error ? error.message : String(error) }
        }
      },
    }
  },
}
