import type { Slots } from './slots.ts'
import type { ClusterMode, SessionResult, SessionStatus, SessionType } from './status.ts'

/** An agent as the engine sees it; `occupied` is recomputed from kernel rows, never from a counter. */
export interface AgentView {
  readonly id: string
  readonly scalingGroup: string
  readonly architecture: string
  readonly backend: string
  readonly alive: boolean
  readonly schedulable: boolean
  readonly available: Slots
  readonly occupied: Slots
  /** Kernels that hold resources there. */
  readonly containers: number
  /** `name@architecture` of each installed image. */
  readonly images: ReadonlySet<string>
}

export interface KernelRequest {
  readonly id: string
  /** Canonical image name. */
  readonly image: string
  readonly architecture: string
  /** A local image cannot be pulled: it runs only where it is installed. */
  readonly imageIsLocal: boolean
  readonly slots: Slots
  /** The agent that an administrator chose, or null. */
  readonly designatedAgent: string | null
}

export interface Dependency {
  readonly id: string
  readonly name: string
  readonly status: SessionStatus
  readonly result: SessionResult
}

export interface PendingSession {
  readonly id: string
  readonly name: string
  readonly type: SessionType
  readonly clusterMode: ClusterMode
  readonly accessKey: string
  readonly userUuid: string
  readonly groupId: string
  readonly domainName: string
  readonly scalingGroup: string
  readonly priority: number
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly startsAt: number | null
  /** How often it was tried before. */
  readonly retries: number
  readonly requested: Slots
  readonly kernels: readonly KernelRequest[]
  readonly dependencies: readonly Dependency[]
}

/** What somebody uses of what they may use; `limit` names every known slot. */
export interface Account {
  readonly limit: Slots
  readonly used: Slots
}

export interface KeypairAccount extends Account {
  readonly sessions: number
  readonly systemSessions: number
  /** Zero or less means unlimited. */
  readonly maxSessions: number
  readonly maxSystemSessions: number
}

/** A session that holds resources now, for policies that weigh them. */
export interface ActiveSession {
  readonly accessKey: string
  readonly scalingGroup: string
  readonly occupying: Slots
}

export interface ResourceGroup {
  readonly name: string
  readonly strategy: 'dispersed' | 'concentrated'
  /** Pending sessions older than this are given up; 0 keeps them for ever. Milliseconds. */
  readonly pendingTimeoutMs: number
}

/** Everything one run of the engine knows. */
export interface Snapshot {
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly groups: readonly ResourceGroup[]
  readonly agents: readonly AgentView[]
  /** Oldest first. */
  readonly pending: readonly PendingSession[]
  readonly active: readonly ActiveSession[]
  readonly keypairs: ReadonlyMap<string, KeypairAccount>
  readonly users: ReadonlyMap<string, Account>
  readonly projects: ReadonlyMap<string, Account>
  readonly domains: ReadonlyMap<string, Account>
  /** Null: no limit per agent. */
  readonly maxContainersPerAgent: number | null
  /** Slot names, the most precious first; others follow. */
  readonly slotPriority: readonly string[]
  /** What hooks have against sessions, by session; absent where no hook looks at them. */
  readonly vetoes?: ReadonlyMap<string, Condition>
}

export interface Assignment {
  readonly kernelId: string
  readonly agentId: string
}

export interface Placement {
  readonly sessionId: string
  readonly assignments: readonly Assignment[]
}

/** One condition that keeps a session waiting: `message` is for people, `details` for programs. */
export interface Condition {
  readonly name: string
  readonly message: string
  readonly details: Readonly<Record<string, unknown>>
}

export interface Unplaced {
  readonly sessionId: string
  readonly cause: 'predicate-checks-failed' | 'no-available-instances'
  readonly failed: readonly Condition[]
  /** Names of the conditions that are met. */
  readonly passed: readonly string[]
}

export interface Plan {
  readonly placements: readonly Placement[]
  readonly unplaced: readonly Unplaced[]
  /** Pending for longer than their group allows. */
  readonly expired: readonly string[]
}

/** What a policy may look at: the sessions of one resource group. */
export interface PolicyInput {
  readonly pending: readonly PendingSession[]
  readonly active: readonly ActiveSession[]
  /** Sum over the group's usable agents. */
  readonly capacity: Slots
}

/** The order in which one run tries the sessions; each is handed out once. */
export interface PolicyQueue {
  next(): PendingSession | null
  /** The session found its place in this run. */
  placed(session: PendingSession): void
}

export interface SchedulingPolicy {
  queue(input: PolicyInput): PolicyQueue
}
