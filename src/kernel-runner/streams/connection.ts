import { connect } from 'node:net'
import type { LinkStream } from '../../wire/runner-link/link-stream.ts'

/** Joins the stream with a TCP connection to a port of this kernel, with back pressure both ways. */
export async function openConnection(port: number, stream: LinkStream): Promise<void> {
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new Error(`${port} is not a port`)
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  const inbound = async () => {
    for await (const chunk of socket) await stream.write(chunk)
    stream.end()
  }
  const outbound = async () => {
    for await (const chunk of stream.chunks) {
      if (socket.destroyed) return
      if (!socket.write(chunk)) {
        await new Promise<void>((resolve) => {
          socket.once('drain', resolve)
          socket.once('close', () => resolve())
        })
      }
    }
    // Given up rather than ended: whatever the server still sends has no reader.
    if (stream.isClosed) socket.destroy()
    else socket.end()
  }
  try {
    await Promise.all([inbound(), outbound()])
  } finally {
    socket.destroy()
  }
}
