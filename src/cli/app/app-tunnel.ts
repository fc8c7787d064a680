import { createServer, type Server, type Socket } from 'node:net'
import type { Client } from '../../client/client.ts'
import type { AppStart } from '../../client/session-apps.ts'
import type { ClientSocket } from '../../client/transport.ts'

export interface TunnelTarget {
  session: string
  app: string
  start: AppStart
  ownerAccessKey?: string | undefined
}

export interface AppTunnel extends AsyncDisposable {
  readonly host: string
  readonly port: number
  /** Resolves when it listens no more. */
  readonly closed: Promise<void>
}

export interface TunnelOptions {
  host: string
  /** 0: any free one. */
  port: number
  /** Told about connections that could not be made. */
  onFailure(error: unknown): void
}

const MAX_BUFFERED_BYTES = 4 * 1024 * 1024
const LOOK_MS = 5

/** Listens here; every TCP connection becomes one to the app inside the session. */
export async function openTunnel(
  client: Client,
  target: TunnelTarget,
  options: TunnelOptions,
): Promise<AppTunnel> {
  const connections = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
    splice(client, target, socket).catch((error: unknown) => {
      options.onFailure(error)
      socket.destroy()
    })
  })
  await listen(server, options)
  const address = server.address()
  const closed = new Promise<void>((resolve) => server.on('close', () => resolve()))
  return {
    host: options.host,
    port: typeof address === 'object' && address ? address.port : options.port,
    closed,
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of connections) socket.destroy()
      await closed
    },
  }
}

const listen = (server: Server, { host, port }: TunnelOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })

async function splice(client: Client, target: TunnelTarget, local: Socket): Promise<void> {
  // An error is followed by `close`, which ends both directions.
  local.on('error', () => {})
  const { session, app, start, ownerAccessKey } = target
  const remote = await client.sessions.openApp(session, app, start, { ownerAccessKey })
  if (local.destroyed) return remote.close()
  local.on('close', () => remote.close())
  local.on('data', (chunk: Uint8Array) => {
    remote.send(chunk)
    if (remote.bufferedBytes > MAX_BUFFERED_BYTES) {
      local.pause()
      resumeWithRoom(local, remote)
    }
  })
  // One socket is one connection, and has no way to say that only one half has ended.
  local.on('end', () => local.destroyed || endAfterAnswer(local))
  local.resume()
  for await (const message of remote.messages) {
    if (typeof message === 'string') continue
    if (!local.write(message)) await drained(local)
  }
  const { code, reason } = await remote.closed
  local.end()
  if (![1000, 1001, 1005].includes(code)) throw new Error(reason || `WebSocket code ${code}`)
}

/** A client that has said everything may still read; it goes when the app has answered, or soon after. */
const HALF_OPEN_MS = 30_000

function endAfterAnswer(local: Socket): void {
  local.setTimeout(HALF_OPEN_MS, () => local.destroy())
}

function resumeWithRoom(local: Socket, remote: ClientSocket): void {
  const timer = setInterval(() => {
    if (remote.bufferedBytes > MAX_BUFFERED_BYTES / 2 && !local.destroyed) return
    clearInterval(timer)
    local.resume()
  }, LOOK_MS)
}

const drained = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done).off('close', done)
      resolve()
    }
    socket.on('drain', done).on('close', done)
  })
