import { closeSync, openSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Where the role that owns a data directory listens for administration. */
export const adminSocketPath = (dataDir: string): string => join(dataDir, 'admin.sock')

const LONGEST = 100

/**
 * The path to bind or dial: the system takes about 107 bytes, so a longer one goes through an open directory.
 * Dispose it when the socket is bound or the request is done.
 */
export function shortSocketPath(path: string): { path: string } & Disposable {
  if (Buffer.byteLength(path) <= LONGEST) return { path, [Symbol.dispose]: () => {} }
  const directory = openSync(dirname(path), 'r')
  return {
    path: `/proc/self/fd/${directory}/${basename(path)}`,
    [Symbol.dispose]: () => closeSync(directory),
  }
}
