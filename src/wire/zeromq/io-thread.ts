import type { Pointer } from 'bun:ffi'
import type { FromIoThread, IoThreadStart, ToIoThread } from './io-thread-messages.ts'
import { openZmq, type ZmqSymbols } from './library.ts'
import { type NativeSocket, openControlSocket, ZmqError } from './native-socket.ts'
import type { SocketOptions } from './socket-options.ts'

export interface ZmqSocket {
  /** The bound address, with the port that was chosen; empty for a connecting socket. */
  readonly endpoint: string
  send(parts: readonly Uint8Array[]): void
  close(): Promise<void>
}

interface Pending {
  resolve(endpoint: string): void
  reject(error: Error): void
}

/** All ZeroMQ sockets of this process behind one Worker; disposing closes them and ends it. */
export class IoThread implements AsyncDisposable {
  private readonly zmq: ZmqSymbols
  private readonly context: Pointer
  private readonly control: NativeSocket
  private readonly worker: Worker
  private readonly receivers = new Map<number, (parts: Uint8Array[]) => void>()
  private readonly opening = new Map<number, Pending>()
  private readonly closing = new Map<number, () => void>()
  private stopped: (() => void) | null = null
  private nextId = 1

  private constructor(zmq: ZmqSymbols, context: Pointer, control: NativeSocket, worker: Worker) {
    this.zmq = zmq
    this.context = context
    this.control = control
    this.worker = worker
  }

  static async start(): Promise<IoThread> {
    const { zmq, path } = await openZmq()
    const context = zmq.zmq_ctx_new() as Pointer | null
    if (!context) throw new ZmqError(zmq, 'zmq_ctx_new')
    const control = openControlSocket(zmq, context)
    const address = 'inproc://control'
    control.bind(address)
    const worker = new Worker(new URL('./receiver.worker.ts', import.meta.url).href)
    const thread = new IoThread(zmq, context, control, worker)
    const ready = Promise.withResolvers<void>()
    worker.onmessage = (event: MessageEvent<FromIoThread>) => {
      if (event.data.kind === 'ready') ready.resolve()
      else thread.take(event.data)
    }
    worker.onerror = (event) => ready.reject(new Error(`zeromq io thread: ${event.message}`))
    const start: IoThreadStart = { libraryPath: path, context: Number(context), address }
    worker.postMessage(start)
    await ready.promise
    return thread
  }

  /** @throws Error with libzmq's reason, e.g. that the address is in use. */
  async open(options: SocketOptions, onMessage: (parts: Uint8Array[]) => void): Promise<ZmqSocket> {
    const id = this.nextId++
    const pending = Promise.withResolvers<string>()
    this.opening.set(id, pending)
    this.receivers.set(id, onMessage)
    this.command({ kind: 'open', socket: id, options })
    const endpoint = await pending.promise.finally(() => this.opening.delete(id))
    const head = new Uint8Array(new Uint32Array([id]).buffer)
    return {
      endpoint,
      send: (parts) => {
        this.control.send([head, ...parts])
      },
      close: () => this.closeSocket(id),
    }
  }

  private closeSocket(id: number): Promise<void> {
    if (!this.receivers.delete(id)) return Promise.resolve()
    const done = Promise.withResolvers<void>()
    this.closing.set(id, done.resolve)
    this.command({ kind: 'close', socket: id })
    return done.promise
  }

  private command(command: ToIoThread): void {
    this.control.send([Buffer.from(JSON.stringify(command), 'utf8')])
  }

  private take(message: FromIoThread): void {
    switch (message.kind) {
      case 'message':
        this.receivers.get(message.socket)?.(message.parts)
        return
      case 'opened':
        this.opening.get(message.socket)?.resolve(message.endpoint)
        return
      case 'failed':
        this.receivers.delete(message.socket)
        this.opening.get(message.socket)?.reject(new Error(message.message))
        return
      case 'closed':
        this.closing.get(message.socket)?.()
        this.closing.delete(message.socket)
        return
      case 'stopped':
        this.stopped?.()
        return
      case 'ready':
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const done = Promise.withResolvers<void>()
    this.stopped = done.resolve
    this.command({ kind: 'stop' })
    await done.promise
    this.worker.terminate()
    this.control.close()
    this.zmq.zmq_ctx_term(this.context)
  }
}
