import { randomUUID } from 'node:crypto'
import type { CurveKeypair } from '../zeromq/curve.ts'
import type { IoThread, ZmqSocket } from '../zeromq/io-thread.ts'
import type { ClientTransport, ServerTransport } from './transport.ts'

/** A ROUTER that agents dial; CURVE encrypts and proves who the manager is. */
export class ZeromqServerTransport implements ServerTransport {
  private readonly io: IoThread
  private readonly bind: string
  private readonly secretKey: string
  private socket: ZmqSocket | null = null

  /** @param bind e.g. `tcp://0.0.0.0:6001`; port `*` takes a free one. */
  constructor(io: IoThread, bind: string, secretKey: string) {
    this.io = io
    this.bind = bind
    this.secretKey = secretKey
  }

  get endpoint(): string {
    return this.socket?.endpoint ?? this.bind
  }

  async start(onFrame: (peer: string, frame: Uint8Array) => void): Promise<void> {
    const curve = { role: 'server', secretKey: this.secretKey } as const
    this.socket = await this.io.open({ type: 'router', bind: this.bind, curve }, ([peer, frame]) => {
      if (peer && frame) onFrame(Buffer.from(peer).toString('latin1'), frame)
    })
  }

  send(peer: string, frame: Uint8Array): void {
    this.socket?.send([Buffer.from(peer, 'latin1'), frame])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.socket?.close()
  }
}

/** A DEALER to one manager; libzmq reconnects it. */
export class ZeromqClientTransport implements ClientTransport {
  readonly address: string
  private readonly io: IoThread
  private readonly serverKey: string
  private readonly keypair: CurveKeypair
  private socket: ZmqSocket | null = null

  constructor(io: IoThread, address: string, serverKey: string, keypair: CurveKeypair) {
    this.io = io
    this.address = address
    this.serverKey = serverKey
    this.keypair = keypair
  }

  async start(onFrame: (frame: Uint8Array) => void): Promise<void> {
    this.socket = await this.io.open(
      {
        type: 'dealer',
        connect: this.address,
        routingId: randomUUID(),
        curve: { role: 'client', serverKey: this.serverKey, ...this.keypair },
      },
      ([frame]) => {
        if (frame) onFrame(frame)
      },
    )
  }

  send(frame: Uint8Array): void {
    this.socket?.send([frame])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.socket?.close()
  }
}
