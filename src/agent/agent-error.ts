/** Kinds of failure that an agent reports; the manager sees the kind as the error's name. */
export type AgentErrorKind =
  | 'InvalidResourceArgument'
  | 'InvalidResourceCombination'
  | 'InsufficientResource'
  | 'NotMultipleOfQuantum'
  | 'ResourceInitError'
  | 'ImageNotAvailable'
  | 'ImagePullFailed'
  | 'ImageInUse'
  | 'ImageArchitectureMismatch'
  | 'PortsExhausted'
  | 'KernelNotFound'
  | 'KernelNotReady'
  | 'ContainerCreationFailed'
  | 'RunnerNotResponding'
  | 'KernelDestroyed'
  | 'InvalidKernelConfig'
  | 'InvalidPath'
  /** A problem kind: the API tells it as such. */
  | 'not-implemented'

export class AgentError extends Error {
  readonly kind: AgentErrorKind
  constructor(kind: AgentErrorKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = kind
    this.kind = kind
  }
}

/** Name and message of anything thrown, for reports. */
export const describeError = (error: unknown): { name: string; message: string } =>
  error instanceof Error
    ? { name: error.name, message: error.message }
    : { name: 'Error', message: String(error) }
