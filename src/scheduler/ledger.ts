import type { AgentView, KeypairAccount, PendingSession, Snapshot } from '../core/scheduling.ts'
import { NO_SLOTS, type Slots, sumSlots } from '../core/slots.ts'

/** What this run has handed out so far on top of the snapshot. */
export class Ledger {
  readonly #snapshot: Snapshot
  readonly #occupied = new Map<string, Slots>()
  readonly #containers = new Map<string, number>()
  readonly #used = new Map<string, Slots>()
  readonly #sessions = new Map<string, number>()

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot
  }

  occupied(agent: AgentView): Slots {
    return this.#occupied.get(agent.id) ?? agent.occupied
  }

  containers(agent: AgentView): number {
    return this.#containers.get(agent.id) ?? agent.containers
  }

  occupy(agent: AgentView, slots: Slots, containers: number): void {
    this.#occupied.set(agent.id, sumSlots(this.occupied(agent), slots))
    this.#containers.set(agent.id, this.containers(agent) + containers)
  }

  /** Undoes `occupy` of a session whose other kernels found no place. */
  restore(agent: AgentView, occupied: Slots, containers: number): void {
    this.#occupied.set(agent.id, occupied)
    this.#containers.set(agent.id, containers)
  }

  sessionsOf(account: KeypairAccount, session: PendingSession): number {
    const isSystem = session.type === 'system'
    const before = isSystem ? account.systemSessions : account.sessions
    return before + (this.#sessions.get(sessionKey(session)) ?? 0)
  }

  /** Use added in this run by the owner `id` of the given kind. */
  added(kind: OwnerKind, id: string): Slots {
    return this.#used.get(`${kind}/${id}`) ?? NO_SLOTS
  }

  charge(session: PendingSession): void {
    this.#sessions.set(sessionKey(session), (this.#sessions.get(sessionKey(session)) ?? 0) + 1)
    if (session.type === 'system') return
    for (const [kind, id] of ownersOf(session)) {
      this.#used.set(`${kind}/${id}`, sumSlots(this.added(kind, id), session.requested))
    }
  }

  get snapshot(): Snapshot {
    return this.#snapshot
  }
}

export type OwnerKind = 'keypairs' | 'users' | 'projects' | 'domains'

const ownersOf = (session: PendingSession): [OwnerKind, string][] => [
  ['keypairs', session.accessKey],
  ['users', session.userUuid],
  ['projects', session.groupId],
  ['domains', session.domainName],
]

const sessionKey = (session: PendingSession): string =>
  `${session.accessKey}/${session.type === 'system' ? 'system' : 'compute'}`
