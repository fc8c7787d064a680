/** Why a registry could not be read, in a sentence for administrators; never with a credential in it. */
export class RegistryError extends Error {
  /** Null when there was no answer. */
  readonly status: number | null

  constructor(message: string, options: ErrorOptions & { status?: number } = {}) {
    super(message, options)
    this.name = 'RegistryError'
    this.status = options.status ?? null
  }
}
