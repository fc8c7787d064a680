import { and, asc, eq, inArray, ne, notInArray } from 'drizzle-orm'
import { parseDuration } from '../../config/value/duration.ts'
import type {
  AgentView,
  Dependency,
  KernelRequest,
  PendingSession,
  ResourceGroup,
  Snapshot,
} from '../../core/scheduling.ts'
import { NO_SLOTS, slotsFromJson, sumSlots } from '../../core/slots.ts'
import { OCCUPYING_KERNEL_STATUSES } from '../../core/status.ts'
import type { ManagerPorts } from '../context.ts'
import { occupancyByAgent } from '../services/occupancy.ts'
import { chunked, type ScalingGroupRow, type SessionRow } from '../services/rows.ts'
import { accountsOf } from './accounts.ts'

type Ports = Pick<ManagerPorts, 'store' | 'config' | 'clock'>

export interface SnapshotWithGroups extends Snapshot {
  readonly groupRows: ReadonlyMap<string, ScalingGroupRow>
}

const SLOT_PRIORITY = ['cuda', 'rocm', 'tpu', 'cpu', 'mem']

/** The cluster as rows tell it, for one run of the engine; null when nothing is pending. */
export async function readSnapshot(ports: Ports): Promise<SnapshotWithGroups | null> {
  const { store, config, clock } = ports
  const { sessions, scalingGroups } = store.tables
  const pendingRows = await store.db
    .select()
    .from(sessions)
    .where(eq(sessions.status, 'PENDING'))
    .orderBy(asc(sessions.createdAt), asc(sessions.id))
  if (pendingRows.length === 0) return null
  const pending = await pendingSessions(ports, pendingRows)
  const groupRows = await store.db.select().from(scalingGroups).where(eq(scalingGroups.isActive, true))
  const maxContainers = await config.get('config/agent/max-container-count')
  return {
    now: clock.now(),
    groups: groupRows.map(resourceGroup),
    groupRows: new Map(groupRows.map((row) => [row.name, row])),
    agents: await agentViews(ports),
    pending,
    active: await activeSessions(ports),
    ...(await accountsOf(ports, pending)),
    maxContainersPerAgent: maxContainers ? Number(maxContainers) : null,
    slotPriority: SLOT_PRIORITY,
  }
}

function resourceGroup(row: ScalingGroupRow): ResourceGroup {
  const { pending_timeout: timeout, agent_selection_strategy: strategy } = row.schedulerOpts
  return {
    name: row.name,
    strategy: strategy === 'concentrated' ? 'concentrated' : 'dispersed',
    pendingTimeoutMs: (timeout === undefined ? 0 : (parseDuration(String(timeout)) ?? 0)) * 1000,
  }
}

async function agentViews({ store }: Ports): Promise<AgentView[]> {
  const { agents } = store.tables
  const rows = await store.db.select().from(agents).where(ne(agents.status, 'TERMINATED'))
  const occupancy = await occupancyByAgent(store)
  return rows.map((row) => ({
    id: row.id,
    scalingGroup: row.scalingGroup,
    architecture: row.architecture,
    backend: row.backend,
    alive: row.status === 'ALIVE',
    schedulable: row.schedulable,
    available: slotsFromJson(row.availableSlots),
    occupied: occupancy.get(row.id)?.slots ?? NO_SLOTS,
    containers: occupancy.get(row.id)?.containers ?? 0,
    images: new Set(row.images),
  }))
}

async function pendingSessions({ store }: Ports, rows: readonly SessionRow[]): Promise<PendingSession[]> {
  const kernels = await kernelRequests(store, rows)
  const dependencies = await dependenciesOf(store, rows)
  return rows.map((row) => {
    const own = kernels.get(row.id) ?? []
    return {
      id: row.id,
      name: row.name,
      type: row.sessionType,
      clusterMode: row.clusterMode,
      accessKey: row.accessKey,
      userUuid: row.userUuid,
      groupId: row.groupId,
      domainName: row.domainName,
      scalingGroup: row.scalingGroupName ?? '',
      priority: row.priority,
      createdAt: row.createdAt.getTime(),
      startsAt: row.startsAt?.getTime() ?? null,
      retries: retriesOf(row),
      requested: slotsFromJson(row.requestedSlots),
      kernels: own.map((kernel, index) => ({
        ...kernel,
        designatedAgent: row.designatedAgents?.[index] ?? row.designatedAgents?.[0] ?? null,
      })),
      dependencies: dependencies.get(row.id) ?? [],
    }
  })
}

export function retriesOf(row: Pick<SessionRow, 'statusData'>): number {
  const scheduler = row.statusData?.scheduler
  if (typeof scheduler !== 'object' || scheduler === null || !('retries' in scheduler)) return 0
  return typeof scheduler.retries === 'number' ? scheduler.retries : 0
}

async function kernelRequests(
  store: Ports['store'],
  rows: readonly SessionRow[],
): Promise<Map<string, KernelRequest[]>> {
  const { kernels, images } = store.tables
  const result = new Map<string, KernelRequest[]>()
  for (const chunk of chunked(rows.map((row) => row.id))) {
    const found = await store.db
      .select({ kernel: kernels, isLocal: images.isLocal })
      .from(kernels)
      .leftJoin(images, and(eq(kernels.image, images.name), eq(kernels.architecture, images.architecture)))
      .where(inArray(kernels.sessionId, chunk))
      .orderBy(asc(kernels.localRank))
    for (const { kernel, isLocal } of found) {
      const list = result.get(kernel.sessionId) ?? []
      result.set(kernel.sessionId, list)
      list.push({
        id: kernel.id,
        image: kernel.image,
        architecture: kernel.architecture,
        // An image whose row is gone cannot be pulled, but may still be installed.
        imageIsLocal: isLocal ?? true,
        slots: slotsFromJson(kernel.requestedSlots),
        designatedAgent: null,
      })
    }
  }
  return result
}

async function dependenciesOf(
  store: Ports['store'],
  rows: readonly SessionRow[],
): Promise<Map<string, Dependency[]>> {
  const { sessions, sessionDependencies } = store.tables
  const result = new Map<string, Dependency[]>()
  for (const chunk of chunked(rows.map((row) => row.id))) {
    const found = await store.db
      .select({
        sessionId: sessionDependencies.sessionId,
        id: sessions.id,
        name: sessions.name,
        status: sessions.status,
        result: sessions.result,
      })
      .from(sessionDependencies)
      .innerJoin(sessions, eq(sessionDependencies.dependsOn, sessions.id))
      .where(inArray(sessionDependencies.sessionId, chunk))
    for (const { sessionId, ...dependency } of found) {
      result.set(sessionId, [...(result.get(sessionId) ?? []), dependency])
    }
  }
  return result
}

async function activeSessions({ store }: Ports): Promise<Snapshot['active']> {
  const { kernels, sessions } = store.tables
  const rows = await store.db
    .select({
      id: sessions.id,
      accessKey: sessions.accessKey,
      scalingGroup: sessions.scalingGroupName,
      slots: kernels.occupiedSlots,
    })
    .from(kernels)
    .innerJoin(sessions, eq(kernels.sessionId, sessions.id))
    .where(
      and(
        inArray(kernels.status, OCCUPYING_KERNEL_STATUSES),
        notInArray(sessions.status, ['TERMINATED', 'CANCELLED']),
      ),
    )
  const byId = new Map<string, Snapshot['active'][number]>()
  for (const row of rows) {
    const before = byId.get(row.id)?.occupying ?? NO_SLOTS
    byId.set(row.id, {
      accessKey: row.accessKey,
      scalingGroup: row.scalingGroup ?? '',
      occupying: sumSlots(before, slotsFromJson(row.slots)),
    })
  }
  return [...byId.values()]
}
