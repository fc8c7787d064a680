import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { AdminError } from './admin-error.ts'
import type { Io } from './io.ts'

/** A JSON document from a file, or from standard input for "-". */
export async function readJson(file: string, io: Io): Promise<unknown> {
  const text = file === '-' ? await io.readStdin() : readText(resolve(io.cwd, file))
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new AdminError(
      `${file}: no valid JSON: ${error instanceof Error ? error.message : String(error)}`,
      1,
    )
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new AdminError(`${path}: ${error instanceof Error ? error.message : String(error)}`, 1)
  }
}
