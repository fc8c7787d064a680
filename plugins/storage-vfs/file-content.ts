import { constants, promises } from 'node:fs'
import { type FileContent, StorageError } from '../../src/plugin/storage-volume.ts'

const CHUNK = 256 * 1024

/** Opens a regular file for reading; never waits for the other end of a pipe. */
export async function openContent(path: string, name: string): Promise<FileContent> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const handle = await promises.open(path, flags)
  const found = await handle.stat()
  if (!found.isFile()) {
    await handle.close()
    const what = found.isDirectory() ? 'a directory' : 'not a regular file'
    throw new StorageError('wrong-type', `It is ${what}: ${name}`)
  }
  return {
    size: found.size,
    modifiedAt: found.mtime,
    close: () => handle.close(),
    stream(start, end) {
      let at = start
      return new ReadableStream<Uint8Array>({
        async pull(controller) {
          const wanted = Math.min(CHUNK, end - at)
          const { bytesRead, buffer } =
            wanted > 0
              ? await handle.read(new Uint8Array(wanted), 0, wanted, at)
              : { bytesRead: 0, buffer: new Uint8Array(0) }
          if (bytesRead > 0) {
            at += bytesRead
            controller.enqueue(buffer.subarray(0, bytesRead))
            return
          }
          await handle.close()
          if (at < end) controller.error(new Error(`${name} became shorter while it was read`))
          else controller.close()
        },
        cancel: () => handle.close(),
      })
    },
  }
}
