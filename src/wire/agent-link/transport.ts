/**
 * How frames travel: whole messages, in order per peer, but any may be lost. Drivers: direct.ts, zeromq.ts; the
 * protocol above copes with the loss.
 */
export interface ServerTransport extends AsyncDisposable {
  start(onFrame: (peer: string, frame: Uint8Array) => void): Promise<void>
  send(peer: string, frame: Uint8Array): void
}

/** One dialled manager. */
export interface ClientTransport extends AsyncDisposable {
  /** For logs. */
  readonly address: string
  start(onFrame: (frame: Uint8Array) => void): Promise<void>
  send(frame: Uint8Array): void
}

export interface LinkTiming {
  /** How often the agent asks whether the manager is there, ms. */
  pingEveryMs: number
  /** Silence after which the other end counts as gone, ms. */
  goneAfterMs: number
  /** How long a report waits for its acknowledgement before it is sent again, ms. */
  resendAfterMs: number
}

export const DEFAULT_TIMING: LinkTiming = { pingEveryMs: 2000, goneAfterMs: 8000, resendAfterMs: 4000 }
