import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { AcceleratorPlugin } from '../plugin/accelerator.ts'
import type { KernelBackend } from '../plugin/kernel-backend.ts'
import type { Allocator } from './allocator/allocator.ts'
import type { OpenKernelLink } from './execution/kernel-link.ts'
import type { ImageCatalog } from './images/image-catalog.ts'
import type { Kernel } from './kernels/kernel.ts'
import type { RecordStore } from './kernels/record-store.ts'
import type { AgentPaths } from './paths.ts'
import type { ReportJournal } from './reports/report-journal.ts'
import type { PortPool } from './resources/port-pool.ts'
import type { UidPool } from './resources/uid-pool.ts'
import type { AgentSettings } from './settings.ts'

/** Everything that steps of a kernel's life work with; each takes only the parts it names. */
export interface AgentContext {
  agentId: string
  settings: AgentSettings
  paths: AgentPaths
  backend: KernelBackend
  accelerators: readonly AcceleratorPlugin[]
  allocator: Allocator
  ports: PortPool
  /** Null: all kernels share `kernelUser`. */
  uids: UidPool | null
  kernelUser: { uid: number; gid: number }
  images: ImageCatalog
  records: RecordStore
  journal: ReportJournal
  openLink: OpenKernelLink
  /** Kernels by id: preparing, running and terminating ones. */
  kernels: Map<string, Kernel>
  /** Aborted when this process stops: kernels stay, work on them ends. */
  closing: AbortSignal
  clock: Clock
  log: Logger
}
