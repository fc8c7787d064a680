import { join } from 'node:path'

/** Whether this program is the executable; else Bun runs it from source. */
export const isCompiled = (): boolean => Bun.main.startsWith('/$bunfs/')

/** The command that starts this program again: the executable, or Bun with our main file while developing. */
export const selfCommand = (): string[] =>
  isCompiled() ? [process.execPath] : [process.execPath, join(import.meta.dir, '../../../main.ts')]
