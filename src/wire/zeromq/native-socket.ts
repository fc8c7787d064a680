import { type Pointer, ptr, toArrayBuffer } from 'bun:ffi'
import type { ZmqSymbols } from './library.ts'
import {
  DONT_WAIT,
  EAGAIN,
  EINTR,
  OPTION,
  SEND_MORE,
  SOCKET_TYPE,
  type SocketOptions,
} from './socket-options.ts'

const MESSAGE_BYTES = 64
const MAX_MESSAGE = 256 * 1024 * 1024

export class ZmqError extends Error {
  readonly errno: number
  constructor(zmq: ZmqSymbols, action: string) {
    const errno = zmq.zmq_errno()
    super(`${action}: ${zmq.zmq_strerror(errno)}`)
    this.name = 'ZmqError'
    this.errno = errno
  }
}

export const cstring = (text: string): Uint8Array => Buffer.from(`${text}\0`, 'utf8')

/** One libzmq socket, owned by the thread that made it. */
export class NativeSocket {
  readonly handle: Pointer
  private readonly zmq: ZmqSymbols
  private readonly message = new Uint8Array(MESSAGE_BYTES)

  constructor(zmq: ZmqSymbols, context: Pointer, type: number) {
    const handle = zmq.zmq_socket(context, type)
    if (!handle) throw new ZmqError(zmq, 'zmq_socket')
    this.zmq = zmq
    this.handle = handle as Pointer
  }

  setInt(option: number, value: number): void {
    this.set(option, new Uint8Array(new Int32Array([value]).buffer))
  }

  setLong(option: number, value: bigint): void {
    this.set(option, new Uint8Array(new BigInt64Array([value]).buffer))
  }

  setText(option: number, value: string): void {
    this.set(option, Buffer.from(value, 'utf8'))
  }

  private set(option: number, value: Uint8Array): void {
    if (this.zmq.zmq_setsockopt(this.handle, option, ptr(value), BigInt(value.byteLength)) !== 0) {
      throw new ZmqError(this.zmq, `zmq_setsockopt(${option})`)
    }
  }

  bind(address: string): void {
    if (this.zmq.zmq_bind(this.handle, ptr(cstring(address))) !== 0) {
      throw new ZmqError(this.zmq, `cannot listen at ${address}`)
    }
  }

  connect(address: string): void {
    if (this.zmq.zmq_connect(this.handle, ptr(cstring(address))) !== 0) {
      throw new ZmqError(this.zmq, `cannot connect to ${address}`)
    }
  }

  /** The address that a bind to port 0 got. */
  lastEndpoint(): string {
    const text = new Uint8Array(256)
    const size = new BigUint64Array([BigInt(text.byteLength)])
    if (this.zmq.zmq_getsockopt(this.handle, OPTION.lastEndpoint, ptr(text), ptr(size)) !== 0) {
      throw new ZmqError(this.zmq, 'zmq_getsockopt')
    }
    return Buffer.from(text.subarray(0, Number(size[0]) - 1)).toString('utf8')
  }

  /** Sends a message of several parts; false when the peer's queue is full or the peer is gone. */
  send(parts: readonly Uint8Array[]): boolean {
    for (const [index, part] of parts.entries()) {
      const more = index < parts.length - 1 ? SEND_MORE : 0
      if (!this.sendPart(part, more | DONT_WAIT)) return false
    }
    return true
  }

  private sendPart(part: Uint8Array, flags: number): boolean {
    const bytes = part.byteLength === 0 ? new Uint8Array(1) : part
    for (;;) {
      if (this.zmq.zmq_send(this.handle, ptr(bytes), BigInt(part.byteLength), flags) >= 0) return true
      if (this.zmq.zmq_errno() !== EINTR) return false
    }
  }

  /** The next message without waiting, or null. */
  receive(): Uint8Array[] | null {
    const parts: Uint8Array[] = []
    const message = ptr(this.message)
    for (;;) {
      this.zmq.zmq_msg_init(message)
      if (this.zmq.zmq_msg_recv(message, this.handle, DONT_WAIT) < 0) {
        const errno = this.zmq.zmq_errno()
        this.zmq.zmq_msg_close(message)
        if (errno === EINTR) continue
        if (errno === EAGAIN) return null
        throw new ZmqError(this.zmq, 'zmq_msg_recv')
      }
      parts.push(this.copyOut(message))
      const more = this.zmq.zmq_msg_more(message)
      this.zmq.zmq_msg_close(message)
      if (!more) return parts
    }
  }

  private copyOut(message: Pointer): Uint8Array {
    const size = Number(this.zmq.zmq_msg_size(message))
    const data = this.zmq.zmq_msg_data(message)
    return size === 0 || !data ? new Uint8Array(0) : new Uint8Array(toArrayBuffer(data, 0, size)).slice()
  }

  close(): void {
    this.zmq.zmq_close(this.handle)
  }
}

/** Opens and configures a socket; closes it again when anything fails. */
export function openNativeSocket(zmq: ZmqSymbols, context: Pointer, options: SocketOptions): NativeSocket {
  const socket = new NativeSocket(zmq, context, SOCKET_TYPE[options.type])
  try {
    socket.setInt(OPTION.linger, 0)
    socket.setInt(OPTION.heartbeatInterval, 5000)
    socket.setInt(OPTION.heartbeatTimeout, 15000)
    socket.setInt(OPTION.reconnectInterval, 100)
    socket.setInt(OPTION.reconnectIntervalMax, 2000)
    socket.setInt(OPTION.sendHighWaterMark, 20000)
    socket.setInt(OPTION.receiveHighWaterMark, 20000)
    socket.setLong(OPTION.maxMessageSize, BigInt(MAX_MESSAGE))
    if (options.routingId) socket.setText(OPTION.routingId, options.routingId)
    if (options.type === 'router') socket.setInt(OPTION.routerHandover, 1)
    if (options.curve) applyCurve(socket, options.curve)
    if (options.bind) socket.bind(options.bind)
    if (options.connect) socket.connect(options.connect)
    return socket
  } catch (error) {
    socket.close()
    throw error
  }
}

function applyCurve(socket: NativeSocket, curve: NonNullable<SocketOptions['curve']>): void {
  if (curve.role === 'server') {
    socket.setInt(OPTION.curveServer, 1)
    socket.setText(OPTION.curveSecretKey, curve.secretKey)
    return
  }
  socket.setText(OPTION.curveServerKey, curve.serverKey)
  socket.setText(OPTION.curvePublicKey, curve.publicKey)
  socket.setText(OPTION.curveSecretKey, curve.secretKey)
}

/** One end of the in-process pair between the main thread and the io thread; its queues have no bound. */
export function openControlSocket(zmq: ZmqSymbols, context: Pointer): NativeSocket {
  const socket = new NativeSocket(zmq, context, SOCKET_TYPE.pair)
  socket.setInt(OPTION.sendHighWaterMark, 0)
  socket.setInt(OPTION.receiveHighWaterMark, 0)
  socket.setInt(OPTION.linger, 0)
  return socket
}
