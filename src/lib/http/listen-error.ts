/** A server cannot listen where it should; `message` says why, without the address. */
export class ListenError extends Error {
  readonly host: string
  readonly port: number
  /** Another address is needed; else the one that holds it may leave. */
  readonly isAddressWrong: boolean

  constructor(
    message: string,
    at: { host: string; port: number },
    options: { wrong: boolean; cause: unknown },
  ) {
    super(message, { cause: options.cause })
    this.name = 'ListenError'
    this.host = at.host
    this.port = at.port
    this.isAddressWrong = options.wrong
  }
}
