import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { CliIo } from './cli-io.ts'
import { usageError } from './exit-code.ts'

/** The text of a file; of standard input when there is none, or it is `-`. @throws CliError (usage) */
export async function readInput({ io }: { io: CliIo }, file: string | undefined): Promise<string> {
  if (file === undefined || file === '-') return io.stdin.readAll()
  try {
    return await readFile(resolve(io.cwd, file), 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
      throw usageError(`There is no file "${file}".`)
    throw usageError(`${file}: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}
