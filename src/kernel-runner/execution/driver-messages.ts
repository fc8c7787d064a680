/** A message of a driver: `type waits step size\n` and `size` bytes. */
export interface DriverMessage {
  type: string
  /** Steps that must have been left before it is handled. */
  waits: number[]
  /** The step that handling it leaves. */
  step: number
  payload: string
}

/** Cuts what a driver writes on its message pipe into messages. */
export class DriverMessages {
  #rest: Buffer = Buffer.alloc(0)

  /** @throws Error when it is not the driver that writes there */
  push(chunk: Uint8Array): DriverMessage[] {
    const found: DriverMessage[] = []
    this.#rest = Buffer.concat([this.#rest, chunk])
    while (true) {
      const end = this.#rest.indexOf(10)
      if (end < 0) return found
      const [type = '', waits = '', step, size] = this.#rest.toString('latin1', 0, end).split(' ')
      const length = Number(size)
      if (!Number.isInteger(length) || length < 0) throw new Error('the driver wrote something else')
      if (this.#rest.length < end + 1 + length) return found
      const payload = this.#rest.toString('utf8', end + 1, end + 1 + length)
      this.#rest = this.#rest.subarray(end + 1 + length)
      found.push({ type, waits: waits.split(',').filter(Boolean).map(Number), step: Number(step), payload })
    }
  }
}

/** A command for a driver: `type size\n` and the bytes. */
export function driverCommand(type: string, text: string): Buffer {
  const payload = Buffer.from(text)
  return Buffer.concat([Buffer.from(`${type} ${payload.length}\n`), payload])
}
