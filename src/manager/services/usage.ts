import { eq, inArray } from 'drizzle-orm'
import type { ActiveSession } from '../../core/scheduling.ts'
import { NO_SLOTS, type Slots, slotsFromJson, sumSlots } from '../../core/slots.ts'
import { OCCUPYING_KERNEL_STATUSES } from '../../core/status.ts'
import { prepareQuery } from '../../db/prepare.ts'
import type { Store } from '../../db/store.ts'
import type { Occupancy } from './occupancy.ts'

type Readable = Pick<Store, 'db' | 'tables'>

const occupyingKernels = ({ db, tables: { kernels, sessions } }: Readable) =>
  db
    .select({
      slots: kernels.occupiedSlots,
      kernelStatus: kernels.status,
      agent: kernels.agent,
      sessionId: sessions.id,
      sessionStatus: sessions.status,
      type: sessions.sessionType,
      accessKey: sessions.accessKey,
      user: sessions.userUuid,
      project: sessions.groupId,
      domain: sessions.domainName,
      scalingGroup: sessions.scalingGroupName,
    })
    .from(kernels)
    .innerJoin(sessions, eq(kernels.sessionId, sessions.id))
    .where(inArray(kernels.status, OCCUPYING_KERNEL_STATUSES))

type Holding = Awaited<ReturnType<typeof occupyingKernels>>[number]

/** Who holds what now, from one read of the kernels that hold something. */
export interface Usage {
  byAgent: Map<string, Occupancy>
  byKeypair: Map<string, Slots>
  byUser: Map<string, Slots>
  byProject: Map<string, Slots>
  byDomain: Map<string, Slots>
  /** Sessions that count against each keypair's limits. */
  sessionCounts: Map<string, { compute: number; system: number }>
  active: ActiveSession[]
}

/** Reads the usage of everybody; prepared, since every run of the scheduler asks. */
export function createUsageReader(store: Readable): () => Promise<Usage> {
  const read = prepareQuery('scheduler_usage', occupyingKernels(store))
  return async () => tally(await read({}))
}

function tally(holdings: readonly Holding[]): Usage {
  const usage: Usage = {
    byAgent: new Map(),
    byKeypair: new Map(),
    byUser: new Map(),
    byProject: new Map(),
    byDomain: new Map(),
    sessionCounts: new Map(),
    active: [],
  }
  for (const [, group] of Map.groupBy(holdings, (holding) => holding.sessionId)) tallySession(usage, group)
  return usage
}

const ENDING: readonly string[] = ['TERMINATING', 'TERMINATED', 'CANCELLED', 'ERROR']

function tallySession(usage: Usage, holdings: readonly Holding[]): void {
  const [first] = holdings
  if (!first) return
  let occupying = NO_SLOTS
  for (const holding of holdings) {
    const slots = slotsFromJson(holding.slots)
    occupying = sumSlots(occupying, slots)
    growAgent(usage.byAgent, holding.agent, slots)
    // What is being ended no longer counts against its owner (domain-model.md §2.4); system sessions never do.
    if (holding.kernelStatus === 'TERMINATING' || holding.type === 'system') continue
    grow(usage.byKeypair, holding.accessKey, slots)
    grow(usage.byUser, holding.user, slots)
    grow(usage.byProject, holding.project, slots)
    grow(usage.byDomain, holding.domain, slots)
  }
  if (ENDING.includes(first.sessionStatus)) return
  usage.active.push({ accessKey: first.accessKey, scalingGroup: first.scalingGroup ?? '', occupying })
  const count = usage.sessionCounts.get(first.accessKey) ?? { compute: 0, system: 0 }
  const kind = first.type === 'system' ? 'system' : 'compute'
  usage.sessionCounts.set(first.accessKey, { ...count, [kind]: count[kind] + 1 })
}

const grow = (map: Map<string, Slots>, key: string, slots: Slots): void =>
  void map.set(key, sumSlots(map.get(key) ?? NO_SLOTS, slots))

function growAgent(map: Map<string, Occupancy>, agent: string | null, slots: Slots): void {
  if (agent === null) return
  const before = map.get(agent) ?? { slots: NO_SLOTS, containers: 0 }
  map.set(agent, { slots: sumSlots(before.slots, slots), containers: before.containers + 1 })
}
