import { constants } from 'node:fs'
import { open, stat, truncate } from 'node:fs/promises'

/** Cuts a log that grew over `limit`: what was written moves aside, the writers (in append mode) begin anew. */
export async function boundLog(path: string, limit: number): Promise<void> {
  const size = (await stat(path).catch(() => null))?.size ?? 0
  if (size <= limit) return
  const kept = await readTail(path, Math.floor(limit / 2))
  const file = await open(`${path}.old`, 'w', 0o600)
  try {
    await file.writeFile(kept)
  } finally {
    await file.close()
  }
  await truncate(path, 0)
}

/** The newest `maxBytes` of the log, what was moved aside included. */
export async function readLog(path: string, maxBytes: number): Promise<Uint8Array> {
  const now = await readTail(path, maxBytes)
  if (now.length >= maxBytes) return now
  const before = await readTail(`${path}.old`, maxBytes - now.length)
  return Buffer.concat([before, now])
}

async function readTail(path: string, maxBytes: number): Promise<Uint8Array> {
  const file = await open(path, constants.O_RDONLY).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (!file) return new Uint8Array()
  try {
    const { size } = await file.stat()
    const length = Math.min(size, maxBytes)
    const buffer = new Uint8Array(length)
    const { bytesRead } = await file.read(buffer, 0, length, size - length)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
