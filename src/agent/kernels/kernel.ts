import type { KernelSnapshot } from '../../wire/agent-rpc.ts'
import type { KernelLink } from '../execution/kernel-link-types.ts'
import type { KernelRecord } from './kernel-record.ts'

/** A kernel in memory: its record and what lives only as long as this process. */
export interface Kernel {
  record: KernelRecord
  state: KernelSnapshot['state']
  link: KernelLink | null
  /** Aborted when the kernel is to end: creation and the batch run stop at their next step. */
  readonly ending: AbortController
  /** Aborted when the container ended by itself. */
  readonly died: AbortController
  exitCode: number | null
  /** The container that a restart replaces: its end is no end of the kernel, whenever it is told. */
  replaced: string | null
  /** Settles, never rejects, when no creation step of this kernel runs any more. */
  creation: Promise<void>
  destruction: Promise<void> | null
  /** The newest sample, reported when the kernel ends. */
  lastStat: Record<string, unknown> | null
}

export const newKernel = (record: KernelRecord, state: Kernel['state']): Kernel => ({
  record,
  state,
  link: null,
  ending: new AbortController(),
  died: new AbortController(),
  exitCode: null,
  replaced: null,
  creation: Promise.resolve(),
  destruction: null,
  lastStat: null,
})

export const snapshotOf = ({ record, state }: Kernel): KernelSnapshot => ({
  kernelId: record.kernelId,
  sessionId: record.sessionId,
  state,
  ...(record.created === null ? {} : { created: record.created }),
})
