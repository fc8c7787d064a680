import { Packr } from 'msgpackr/pack'
import type { RunnerFrame } from '../runner-protocol.ts'

/** Bytes of one frame without its length prefix; an archive or an uploaded file travels in one. */
export const MAX_FRAME_BYTES = 64 * 1024 * 1024

export class FrameError extends Error {
  override readonly name = 'FrameError'
}

const packr = new Packr({ useRecords: false })
const PREFIX = 4

/** `uint32 big-endian length` + msgpack of the frame. */
export function encodeFrame(frame: RunnerFrame): Buffer {
  const body = packr.pack(frame)
  if (body.length > MAX_FRAME_BYTES) throw new FrameError(`a frame of ${body.length} bytes is too large`)
  const out = Buffer.allocUnsafe(PREFIX + body.length)
  out.writeUInt32BE(body.length, 0)
  out.set(body, PREFIX)
  return out
}

/** Cuts a byte stream back into frames, whatever the chunks. After an error it takes nothing more. */
export class FrameDecoder {
  #chunks: Uint8Array[] = []
  #buffered = 0
  #needed = PREFIX
  /** Largest body accepted, in bytes; small for a peer that has not said who it is. */
  limit: number

  constructor(limit = MAX_FRAME_BYTES) {
    this.limit = limit
  }

  /** @throws FrameError on an oversized or malformed frame */
  push(chunk: Uint8Array, onFrame: (frame: RunnerFrame) => void): void {
    this.#chunks.push(chunk)
    this.#buffered += chunk.length
    if (this.#buffered < this.#needed) return
    let data = this.#join()
    while (data.length >= PREFIX) {
      const length = data.readUInt32BE(0)
      if (length > this.limit) throw new FrameError(`a frame of ${length} bytes is over ${this.limit}`)
      if (data.length < PREFIX + length) break
      const frame = decodeBody(data.subarray(PREFIX, PREFIX + length))
      data = data.subarray(PREFIX + length)
      onFrame(frame)
    }
    this.#needed = data.length < PREFIX ? PREFIX : PREFIX + data.readUInt32BE(0)
    // The socket may reuse the memory of its chunk: what stays is copied.
    this.#chunks = data.length === 0 ? [] : [Uint8Array.from(data)]
    this.#buffered = data.length
  }

  #join(): Buffer {
    const [first] = this.#chunks
    if (first && this.#chunks.length === 1) {
      return Buffer.from(first.buffer, first.byteOffset, first.byteLength)
    }
    return Buffer.concat(this.#chunks)
  }
}

function decodeBody(body: Uint8Array): RunnerFrame {
  let value: unknown
  try {
    value = packr.unpack(body)
  } catch (cause) {
    throw new FrameError('a frame is not msgpack', { cause })
  }
  if (typeof value !== 'object' || value === null || typeof Reflect.get(value, 'kind') !== 'string') {
    throw new FrameError('a frame has no kind')
  }
  return value as RunnerFrame
}
