import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { AdminError } from './admin-error.ts'
import type { Io } from './io.ts'

/** Text of the command line itself, of a file for `@FILE`, or of standard input for "-". */
export async function readText(source: string, io: Io): Promise<string> {
  if (source === '-') return await io.readStdin()
  return source.startsWith('@') ? readTextFile(source.slice(1), io) : source
}

/** @throws AdminError */
export function readTextFile(file: string, { cwd }: Pick<Io, 'cwd'>): string {
  try {
    return readFileSync(resolve(cwd, file), 'utf8')
  } catch (error) {
    throw new AdminError(`${file}: ${error instanceof Error ? error.message : String(error)}`, 1)
  }
}
