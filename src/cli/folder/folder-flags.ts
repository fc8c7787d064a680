import { type Command, InvalidArgumentError, Option } from 'commander'
import type { FolderPermission, FolderUsage } from '../../client/vfolder-types.ts'
import { SpelledOption } from '../spelled-option.ts'

/** What a new folder is for. */
export interface NewFolderFlags {
  group?: string
  unmanaged?: boolean
  usageMode?: FolderUsage
  permission?: FolderPermission
  quota?: string
  cloneable?: boolean
}

export const permissionOption = (flags = '-p, --permission <PERM>'): Option =>
  new Option(flags, 'read only, read and write, or delete as well').choices(['ro', 'rw', 'wd'])

export const usageModeOption = (): Option =>
  new Option('-m, --usage-mode <MODE>', 'what it is for').choices(['general', 'model', 'data'])

export const addNewFolderOptions = (command: Command): Command =>
  command
    .option('-g, --group <NAME>', 'the folder is of this project, by name or id')
    .option('--unmanaged', 'HOST is the path of a directory that is there already')
    .addOption(usageModeOption())
    .addOption(permissionOption())
    .option('-q, --quota <SIZE>', 'such as 10g')
    .addOption(new SpelledOption('--cloneable', 'others may clone it', '--allow-clone'))

/** `t`, `yes`, `on`, `1` and their like. */
export function yesOrNo(text: string): boolean {
  if (/^(1|y|yes|t|true|on)$/i.test(text)) return true
  if (/^(0|n|no|f|false|off)$/i.test(text)) return false
  throw new InvalidArgumentError('Expected yes or no.')
}
