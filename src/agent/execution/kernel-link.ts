import type { Clock } from '../../lib/clock.ts'
import type { Logger } from '../../lib/logger.ts'
import type { KernelLink, KernelLinkOptions } from './kernel-link-types.ts'

export interface OpenKernelLinkOptions extends KernelLinkOptions {
  log: Logger
  clock: Clock
}
export type OpenKernelLink = (options: OpenKernelLinkOptions) => Promise<KernelLink>
