import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import type { AcceleratorPlugin } from '../../src/plugin/accelerator.ts'
import { mockAccelerator } from './accelerator-mock.ts'
import { readShareSettings } from './mock-config.ts'

const FILE = 'mock-accelerator.toml'

export interface LoadMockOptions {
  /** Where the file is looked for; default: as the daemons look for theirs. */
  folders?: readonly string[]
  /** Settings of the shared configuration below config/plugins/accelerator/<mock, or the slot's name>. */
  settings?: Readonly<Record<string, string>>
}

/**
 * The mock accelerator of the first mock-accelerator.toml; null when there is none.
 * @throws Error naming the file and what is wrong in it
 */
export async function loadMockAccelerator(options: LoadMockOptions = {}): Promise<AcceleratorPlugin | null> {
  const folders = options.folders ?? [process.cwd(), join(homedir(), '.config/backend.ai'), '/etc/backend.ai']
  for (const folder of folders) {
    const path = join(folder, FILE)
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null
      throw error
    })
    if (text === null) continue
    try {
      return mockAccelerator(parse(text), readShareSettings(options.settings ?? {}))
    } catch (cause) {
      throw new Error(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    }
  }
  return null
}
