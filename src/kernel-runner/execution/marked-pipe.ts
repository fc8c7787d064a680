import { closeSync, write } from 'node:fs'
import type { StepGate } from './step-gate.ts'

const NONCE_BYTES = 16
const MARKER_BYTES = NONCE_BYTES + 1 + 4
const LEAVE = 'L'.charCodeAt(0)

/** The secret with which markers begin; chance makes it impossible in ordinary output. */
export function newNonce(): Buffer {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)))
  // No byte of UTF-8: what ends like a marker's beginning is held back, and text must not be.
  nonce[0] = 0xff
  return nonce
}

export type ByteSink = (bytes: Uint8Array) => Promise<void> | void

/**
 * Reads one output pipe of a process and takes the markers of its driver out of it: `nonce 'L' step` says that what
 * precedes belongs before the step, `nonce 'E' step` that what follows belongs after it.
 */
export class MarkedPipe {
  readonly #nonce: Buffer
  readonly #gate: StepGate
  #rest: Buffer = Buffer.alloc(0)
  /** Where bytes go; replaced when a run ends and its process lives on. */
  sink: ByteSink

  constructor(nonce: Buffer, gate: StepGate, sink: ByteSink) {
    this.#nonce = nonce
    this.#gate = gate
    this.sink = sink
  }

  /** Until the last writer is gone. Reading waits for the sink, so a full sink holds the process up. */
  async read(readFd: number): Promise<void> {
    for await (const chunk of Bun.file(readFd).stream()) await this.#take(chunk)
    if (this.#rest.length > 0) await this.sink(this.#rest)
    this.#rest = Buffer.alloc(0)
  }

  async #take(chunk: Uint8Array): Promise<void> {
    const fresh = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let data = this.#rest.length === 0 ? fresh : Buffer.concat([this.#rest, fresh])
    while (data.length > 0) {
      const at = data.indexOf(this.#nonce)
      if (at < 0) break
      if (at > 0) await this.sink(data.subarray(0, at))
      data = data.subarray(at)
      if (data.length < MARKER_BYTES) break
      const step = data.readUInt32BE(NONCE_BYTES + 1)
      if (data[NONCE_BYTES] === LEAVE) this.#gate.leave(step)
      else {
        const turn = this.#gate.enter(step)
        if (turn) await turn
      }
      data = data.subarray(MARKER_BYTES)
    }
    const kept = this.#possibleMarker(data)
    if (kept < data.length) await this.sink(data.subarray(0, data.length - kept))
    this.#rest = kept === 0 ? Buffer.alloc(0) : Buffer.from(data.subarray(data.length - kept))
  }

  /** How many bytes at the end could be the beginning of a marker. */
  #possibleMarker(data: Buffer): number {
    const [first] = this.#nonce
    for (let at = Math.max(0, data.length - MARKER_BYTES + 1); at < data.length; at += 1) {
      if (data[at] !== first) continue
      const size = Math.min(NONCE_BYTES, data.length - at)
      if (data.subarray(at, at + size).equals(this.#nonce.subarray(0, size))) return data.length - at
    }
    return 0
  }
}

/** Marks, from our side, the end of what a process that has just ended wrote; then gives up our writing end. */
export async function markEnd(writeFd: number, nonce: Buffer, step: number): Promise<void> {
  const marker = Buffer.alloc(MARKER_BYTES)
  marker.set(nonce, 0)
  marker[NONCE_BYTES] = LEAVE
  marker.writeUInt32BE(step, NONCE_BYTES + 1)
  // In a thread: the pipe may be full, and it is this one that empties it.
  await new Promise<void>((resolve, reject) =>
    write(writeFd, marker, 0, marker.length, null, (error) => (error ? reject(error) : resolve())),
  )
  closeSync(writeFd)
}
