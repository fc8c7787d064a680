/** libzmq 4.3.5 out of the zeromq package's addon file, opened by bun:ffi (architecture, decision 1). */

import { dlopen } from 'bun:ffi'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, lstatSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

const SYMBOLS = {
  zmq_ctx_new: { args: [], returns: 'ptr' },
  zmq_ctx_term: { args: ['ptr'], returns: 'i32' },
  zmq_ctx_shutdown: { args: ['ptr'], returns: 'i32' },
  zmq_socket: { args: ['ptr', 'i32'], returns: 'ptr' },
  zmq_close: { args: ['ptr'], returns: 'i32' },
  zmq_setsockopt: { args: ['ptr', 'i32', 'ptr', 'u64'], returns: 'i32' },
  zmq_getsockopt: { args: ['ptr', 'i32', 'ptr', 'ptr'], returns: 'i32' },
  zmq_bind: { args: ['ptr', 'ptr'], returns: 'i32' },
  zmq_connect: { args: ['ptr', 'ptr'], returns: 'i32' },
  zmq_send: { args: ['ptr', 'ptr', 'u64', 'i32'], returns: 'i32' },
  zmq_msg_init: { args: ['ptr'], returns: 'i32' },
  zmq_msg_recv: { args: ['ptr', 'ptr', 'i32'], returns: 'i32' },
  zmq_msg_data: { args: ['ptr'], returns: 'ptr' },
  zmq_msg_size: { args: ['ptr'], returns: 'u64' },
  zmq_msg_more: { args: ['ptr'], returns: 'i32' },
  zmq_msg_close: { args: ['ptr'], returns: 'i32' },
  zmq_poll: { args: ['ptr', 'i32', 'i64'], returns: 'i32' },
  zmq_errno: { args: [], returns: 'i32' },
  zmq_strerror: { args: ['i32'], returns: 'cstring' },
  zmq_curve_keypair: { args: ['ptr', 'ptr'], returns: 'i32' },
  zmq_curve_public: { args: ['ptr', 'ptr'], returns: 'i32' },
} as const

export type ZmqSymbols = ReturnType<typeof dlopen<typeof SYMBOLS>>['symbols']

export interface ZmqLibrary {
  readonly path: string
  readonly zmq: ZmqSymbols
}

let opened: ZmqLibrary | null = null

/** Opens the library once a process; a Worker passes the path that the main thread got. */
export async function openZmq(path?: string): Promise<ZmqLibrary> {
  if (opened) return opened
  const file = path ?? (await libraryFile())
  opened = { path: file, zmq: dlopen(file, SYMBOLS).symbols }
  return opened
}

async function libraryFile(): Promise<string> {
  const embedded = await embeddedAddon()
  // From source the file lies on disk already; only an embedded one has to be written out.
  if (!embedded.startsWith('/$bunfs/')) return embedded
  const content = await readFile(embedded)
  const name = `libzmq-${createHash('sha256').update(content).digest('hex').slice(0, 16)}.so`
  return writeOnce(privateDirectory(), name, content)
}

async function embeddedAddon(): Promise<string> {
  const module: { default: string } = await import('../../../dist/native/libzmq.so', {
    with: { type: 'file' },
  })
  return module.default
}

/** A directory of this user alone, so that nobody else can put a library there. */
function privateDirectory(): string {
  const directory = join(tmpdir(), `backendai-native-${userInfo().uid}`)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const info = lstatSync(directory)
  if (!info.isDirectory() || info.uid !== userInfo().uid) {
    throw new Error(`${directory} belongs to somebody else; remove it or set TMPDIR`)
  }
  chmodSync(directory, 0o700)
  return directory
}

function writeOnce(directory: string, name: string, content: Uint8Array): string {
  const target = join(directory, name)
  if (existsSync(target)) return target
  const partial = `${target}.${process.pid}`
  writeFileSync(partial, content, { mode: 0o700 })
  renameSync(partial, target)
  return target
}
