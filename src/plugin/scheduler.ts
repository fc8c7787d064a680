import type { SchedulingPolicy } from '../core/scheduling.ts'

/** A scheduler policy plugin: in which order the pending sessions of a resource group are tried (scheduling.md §3). */
export interface SchedulerPlugin {
  /** The value of `scaling_groups.scheduler` that chooses it, e.g. `fifo`. */
  readonly name: string
  /** A policy with the options of one resource group (`scheduler_opts.config`); throws when they are wrong. */
  configure(options: Readonly<Record<string, unknown>>): SchedulingPolicy
}
