import { randomUUID } from 'node:crypto'
import { promises } from 'node:fs'
import { below, type FolderHandle } from '../../src/lib/files/open-inside.ts'
import { entriesOf, MAX_DEPTH, openChild } from './walk-tree.ts'

/** Removes a directory with all that is in it, though somebody may move things about in it meanwhile. */
export async function removeTree(parent: FolderHandle, name: string): Promise<void> {
  const top = await openChild(parent, name)
  try {
    // What is too deep comes up to the top, and what is made meanwhile is found again.
    for (let round = 0; round < 1000; round++) {
      await emptyFolder(top, top, 0)
      if ((await entriesOf(top)).length === 0) break
    }
  } finally {
    await top.close()
  }
  await promises.rmdir(below(parent, name))
}

async function emptyFolder(folder: FolderHandle, top: FolderHandle, depth: number): Promise<void> {
  for (const entry of await entriesOf(folder)) {
    const path = below(folder, entry.name)
    if (!entry.isDirectory()) {
      await unlinkPresent(path)
    } else if (depth >= MAX_DEPTH) {
      await promises.rename(path, below(top, randomUUID()))
    } else {
      const child = await openChild(folder, entry.name)
      try {
        await emptyFolder(child, top, depth + 1)
      } finally {
        await child.close()
      }
      await promises.rmdir(path)
    }
  }
}

async function unlinkPresent(path: string): Promise<void> {
  try {
    await promises.unlink(path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
}
