import type { SocketOptions } from './socket-options.ts'

export interface IoThreadStart {
  libraryPath: string
  /** The shared zmq context, as a pointer number. */
  context: number
  address: string
}

/** Sent as JSON in one part; a send is instead `[socket id as 4 bytes, …parts]`. */
export type ToIoThread =
  | { kind: 'open'; socket: number; options: SocketOptions }
  | { kind: 'close'; socket: number }
  | { kind: 'stop' }

export type FromIoThread =
  | { kind: 'ready' }
  | { kind: 'stopped' }
  | { kind: 'opened'; socket: number; endpoint: string }
  | { kind: 'failed'; socket: number; message: string }
  | { kind: 'closed'; socket: number }
  | { kind: 'message'; socket: number; parts: Uint8Array[] }
