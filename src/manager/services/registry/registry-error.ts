/** Why a registry could not be read, in a sentence for administrators; never with a credential in it. */
export class RegistryError extends Error {
  /** Asking for anything else would fail as well. */
  readonly isFinal: boolean

  constructor(message: string, options: ErrorOptions & { isFinal?: boolean } = {}) {
    super(message, options)
    this.name = 'RegistryError'
    this.isFinal = options.isFinal ?? false
  }
}
