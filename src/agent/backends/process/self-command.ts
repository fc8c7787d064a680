import { join } from 'node:path'

/** The command that starts this program again: the executable, or Bun with our main file while developing. */
export function selfCommand(): string[] {
  const isCompiled = Bun.main.startsWith('/$bunfs/')
  return isCompiled ? [process.execPath] : [process.execPath, join(import.meta.dir, '../../../main.ts')]
}
