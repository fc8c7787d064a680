import type { Define } from '../command-table.ts'
import { subcommand } from '../global-options.ts'
import { defineFolderCopy } from './vfolder-copy.ts'
import { defineFolderFiles } from './vfolder-files.ts'
import { defineFolderLife } from './vfolder-life.ts'
import { defineFolderLists } from './vfolder-list.ts'
import { defineFolderSharing } from './vfolder-sharing.ts'
import { defineFolderTransfer } from './vfolder-transfer.ts'
import { defineFolderTrash } from './vfolder-trash.ts'

/** Virtual folders: their life, their files, and who shares them. */
export const defineVfolder: Define = (parent, bind) => {
  const folder = subcommand(parent, {
    name: 'vfolder',
    usage: '<command>',
    summary: 'folders that outlive sessions',
    examples: ['vfolder create data', 'vfolder upload data train.csv', 'vfolder list'],
  }).enablePositionalOptions()
  defineFolderLists(folder, bind)
  defineFolderLife(folder, bind)
  defineFolderTrash(folder, bind)
  defineFolderFiles(folder, bind)
  defineFolderTransfer(folder, bind)
  defineFolderCopy(folder, bind)
  defineFolderSharing(folder, bind)
}
