import { promises } from 'node:fs'
import { below, type FolderHandle } from '../../src/lib/files/open-inside.ts'
import { entriesOf, MAX_DEPTH, openChild } from './walk-tree.ts'

/** Files and their bytes below a folder; null when it takes longer than `budgetMs`, or when it is too deep. */
export async function measureTree(
  folder: FolderHandle,
  budgetMs: number,
  now: () => number = Date.now,
): Promise<{ fileCount: number; usedBytes: number } | null> {
  const deadline = now() + budgetMs
  const sum = { fileCount: 0, usedBytes: 0 }
  const count = async (at: FolderHandle, depth: number): Promise<boolean> => {
    if (depth > MAX_DEPTH) return false
    for (const entry of await entriesOf(at)) {
      if (now() > deadline) return false
      if (!entry.isDirectory()) {
        sum.fileCount += 1
        sum.usedBytes += await sizeOf(below(at, entry.name))
        continue
      }
      const child = await openChild(at, entry.name)
      try {
        if (!(await count(child, depth + 1))) return false
      } finally {
        await child.close()
      }
    }
    return true
  }
  return (await count(folder, 0)) ? sum : null
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await promises.lstat(path)).size
  } catch (error) {
    // Removed while we counted.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0
    throw error
  }
}
