import { AdminError } from './admin-error.ts'
import type { Io } from './io.ts'
import { readTextFile } from './read-text.ts'

/** A JSON document from a file, or from standard input for "-". */
export async function readJson(file: string, io: Io): Promise<unknown> {
  const text = file === '-' ? await io.readStdin() : readTextFile(file, io)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new AdminError(
      `${file}: no valid JSON: ${error instanceof Error ? error.message : String(error)}`,
      1,
    )
  }
}
