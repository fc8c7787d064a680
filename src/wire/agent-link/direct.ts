import type { ClientTransport, ServerTransport } from './transport.ts'

/**
 * Manager and agent in one process: the same frames through the same codec, copied, never by reference. Each agent
 * end gets its own client.
 */
export class DirectTransport implements ServerTransport {
  private readonly clients = new Map<string, (frame: Uint8Array) => void>()
  private onFrame: ((peer: string, frame: Uint8Array) => void) | null = null
  private nextPeer = 1

  async start(onFrame: (peer: string, frame: Uint8Array) => void): Promise<void> {
    this.onFrame = onFrame
  }

  send(peer: string, frame: Uint8Array): void {
    queueMicrotask(() => this.clients.get(peer)?.(frame))
  }

  connect(): ClientTransport {
    const peer = `direct-${this.nextPeer++}`
    return {
      address: 'this process',
      start: async (onFrame) => {
        this.clients.set(peer, onFrame)
      },
      send: (frame) => queueMicrotask(() => this.onFrame?.(peer, frame)),
      [Symbol.asyncDispose]: async () => {
        this.clients.delete(peer)
      },
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.onFrame = null
  }
}
