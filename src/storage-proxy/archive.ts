import type { FolderFiles } from '../plugin/storage-volume.ts'
import { type ZipEntry, zipStream } from './zip-stream.ts'

/** Deeper directories than anybody has; kernels could make endless ones. */
const MAX_DEPTH = 200

/** A directory with all that is in it as a zip archive, below `name`; symbolic links are left out. */
export function archiveOf(files: FolderFiles, path: string, name: string): ReadableStream<Uint8Array> {
  const parts = zipStream(entriesBelow(files, path, name, 0))
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await parts.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await parts.return(undefined)
    },
  })
}

async function* entriesBelow(
  files: FolderFiles,
  path: string,
  shown: string,
  depth: number,
): AsyncGenerator<ZipEntry> {
  if (depth > MAX_DEPTH) return
  for (const { name, type, modifiedAt } of await files.list(path, 0)) {
    const [inside, entry] = [`${path}/${name}`, `${shown}/${name}`]
    if (type === 'DIRECTORY') {
      yield { path: entry, modifiedAt, content: null }
      yield* entriesBelow(files, inside, entry, depth + 1)
    }
    if (type !== 'FILE') continue
    // Pipes and sockets are no files; neither is what has gone meanwhile.
    const content = await files.read(inside).catch(() => null)
    if (content === null) continue
    yield {
      path: entry,
      modifiedAt,
      content: { size: content.size, stream: () => content.stream(0, content.size) },
    }
  }
}
