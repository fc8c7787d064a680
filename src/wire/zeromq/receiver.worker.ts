/**
 * The io thread: owns every ZeroMQ socket of the process and waits in zmq_poll, so that the main thread never polls.
 * Commands arrive over an inproc PAIR socket, what is received leaves by postMessage.
 */
import { type Pointer, ptr } from 'bun:ffi'
import type { FromIoThread, IoThreadStart, ToIoThread } from './io-thread-messages.ts'
import { openZmq, type ZmqSymbols } from './library.ts'
import { type NativeSocket, openControlSocket, openNativeSocket } from './native-socket.ts'
import { POLL_IN } from './socket-options.ts'

declare const self: Worker & { onmessage: ((event: MessageEvent<IoThreadStart>) => void) | null }

const POLL_ITEM_BYTES = 16

self.onmessage = async (event) => {
  const { libraryPath, context, address } = event.data
  const { zmq } = await openZmq(libraryPath)
  const control = openControlSocket(zmq, context as Pointer)
  control.connect(address)
  post({ kind: 'ready' })
  run(zmq, context as Pointer, control)
}

const post = (message: FromIoThread): void => self.postMessage(message)

function run(zmq: ZmqSymbols, context: Pointer, control: NativeSocket): void {
  const sockets = new Map<number, NativeSocket>()
  let items = pollItems(control, sockets)
  for (;;) {
    zmq.zmq_poll(ptr(items), items.byteLength / POLL_ITEM_BYTES, -1n)
    const outcome = takeCommands(zmq, context, control, sockets)
    if (outcome === 'stop') break
    for (const [id, socket] of sockets) takeMessages(id, socket)
    if (outcome === 'changed') items = pollItems(control, sockets)
  }
  for (const socket of sockets.values()) socket.close()
  control.close()
  post({ kind: 'stopped' })
}

function takeMessages(id: number, socket: NativeSocket): void {
  for (let parts = socket.receive(); parts; parts = socket.receive())
    post({ kind: 'message', socket: id, parts })
}

function takeCommands(
  zmq: ZmqSymbols,
  context: Pointer,
  control: NativeSocket,
  sockets: Map<number, NativeSocket>,
): 'stop' | 'changed' | 'same' {
  let outcome: 'changed' | 'same' = 'same'
  for (let parts = control.receive(); parts; parts = control.receive()) {
    const [head, ...rest] = parts
    if (!head) continue
    if (head.byteLength === 4) {
      sockets.get(new DataView(head.buffer, head.byteOffset).getUint32(0, true))?.send(rest)
      continue
    }
    const command: ToIoThread = JSON.parse(Buffer.from(head).toString('utf8'))
    if (command.kind === 'stop') return 'stop'
    outcome = 'changed'
    if (command.kind === 'close') {
      sockets.get(command.socket)?.close()
      sockets.delete(command.socket)
      post({ kind: 'closed', socket: command.socket })
      continue
    }
    try {
      const socket = openNativeSocket(zmq, context, command.options)
      sockets.set(command.socket, socket)
      post({
        kind: 'opened',
        socket: command.socket,
        endpoint: command.options.bind ? socket.lastEndpoint() : '',
      })
    } catch (error) {
      post({
        kind: 'failed',
        socket: command.socket,
        message: error instanceof Error ? error.message : String(error),
      })
    }
  }
  return outcome
}

/** zmq_pollitem_t: pointer, int32 fd, int16 events, int16 revents. */
function pollItems(control: NativeSocket, sockets: Map<number, NativeSocket>): Uint8Array {
  const all = [control, ...sockets.values()]
  const items = new Uint8Array(all.length * POLL_ITEM_BYTES)
  const view = new DataView(items.buffer)
  for (const [index, socket] of all.entries()) {
    view.setBigUint64(index * POLL_ITEM_BYTES, BigInt(socket.handle), true)
    view.setInt16(index * POLL_ITEM_BYTES + 12, POLL_IN, true)
  }
  return items
}
