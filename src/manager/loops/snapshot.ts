import { and, asc, eq, inArray, ne } from 'drizzle-orm'
import { parseDuration } from '../../config/value/duration.ts'
import type {
  AgentView,
  Dependency,
  KernelRequest,
  PendingSession,
  ResourceGroup,
  Snapshot,
} from '../../core/scheduling.ts'
import { NO_SLOTS, slotsFromJson } from '../../core/slots.ts'
import { prepareQuery } from '../../db/prepare.ts'
import type { Store } from '../../db/store.ts'
import type { ManagerPorts } from '../context.ts'
import type { AgentRow, ScalingGroupRow, SessionRow } from '../services/rows.ts'
import { slotTypes } from '../services/slot-types.ts'
import { createUsageReader, type Usage } from '../services/usage.ts'
import { createAccountsReader } from './accounts.ts'

export interface SnapshotWithGroups extends Snapshot {
  readonly groupRows: ReadonlyMap<string, ScalingGroupRow>
}

const SLOT_PRIORITY = ['cuda', 'rocm', 'tpu', 'cpu', 'mem']

/** Reads the cluster as rows tell it, for one run of the engine; null when nothing is pending. */
export function createSnapshotReader({
  store,
  config,
  clock,
}: Pick<ManagerPorts, 'store' | 'config' | 'clock'>) {
  const { sessions, scalingGroups, agents } = store.tables
  const readPending = prepareQuery(
    'scheduler_pending',
    store.db
      .select()
      .from(sessions)
      .where(eq(sessions.status, 'PENDING'))
      .orderBy(asc(sessions.createdAt), asc(sessions.id)),
  )
  const readGroups = prepareQuery(
    'scheduler_groups',
    store.db.select().from(scalingGroups).where(eq(scalingGroups.isActive, true)),
  )
  const readAgents = prepareQuery(
    'scheduler_agents',
    store.db.select().from(agents).where(ne(agents.status, 'TERMINATED')),
  )
  const readKernels = kernelReader(store)
  const readDependencies = dependencyReader(store)
  const readUsage = createUsageReader(store)
  const readAccounts = createAccountsReader(store)

  return async (): Promise<SnapshotWithGroups | null> => {
    const rows = await readPending({})
    if (rows.length === 0) return null
    const kernels = await readKernels()
    const dependencies = await readDependencies()
    const groupRows = await readGroups({})
    const usage = await readUsage()
    const maxContainers = await config.get('config/agent/max-container-count')
    return {
      now: clock.now(),
      groups: groupRows.map(resourceGroup),
      groupRows: new Map(groupRows.map((row) => [row.name, row])),
      agents: (await readAgents({})).map((row) => agentView(row, usage)),
      pending: rows.map((row) =>
        pendingSession(row, kernels.get(row.id) ?? [], dependencies.get(row.id) ?? []),
      ),
      active: usage.active,
      ...(await readAccounts(usage, await slotTypes(config))),
      maxContainersPerAgent: maxContainers ? Number(maxContainers) : null,
      slotPriority: SLOT_PRIORITY,
    }
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

function agentView(row: AgentRow, usage: Usage): AgentView {
  const occupancy = usage.byAgent.get(row.id)
  return {
    id: row.id,
    scalingGroup: row.scalingGroup,
    architecture: row.architecture,
    backend: row.backend,
    alive: row.status === 'ALIVE',
    schedulable: row.schedulable,
    available: slotsFromJson(row.availableSlots),
    occupied: occupancy?.slots ?? NO_SLOTS,
    containers: occupancy?.containers ?? 0,
    images: new Set(row.images),
  }
}

function pendingSession(
  row: SessionRow,
  kernels: KernelRequest[],
  dependencies: Dependency[],
): PendingSession {
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
    kernels: kernels.map((kernel, index) => ({
      ...kernel,
      designatedAgent: row.designatedAgents?.[index] ?? row.designatedAgents?.[0] ?? null,
    })),
    dependencies,
  }
}

function retriesOf(row: Pick<SessionRow, 'statusData'>): number {
  const scheduler = row.statusData?.scheduler
  if (typeof scheduler !== 'object' || scheduler === null || !('retries' in scheduler)) return 0
  return typeof scheduler.retries === 'number' ? scheduler.retries : 0
}

/** Kernels of pending sessions, by session and in their order. */
function kernelReader({ db, tables }: Store): () => Promise<Map<string, KernelRequest[]>> {
  const { kernels, images, sessions } = tables
  const read = prepareQuery(
    'scheduler_kernels',
    db
      .select({
        id: kernels.id,
        sessionId: kernels.sessionId,
        image: kernels.image,
        architecture: kernels.architecture,
        slots: kernels.requestedSlots,
        isLocal: images.isLocal,
      })
      .from(kernels)
      .innerJoin(sessions, eq(kernels.sessionId, sessions.id))
      .leftJoin(images, and(eq(kernels.image, images.name), eq(kernels.architecture, images.architecture)))
      .where(eq(sessions.status, 'PENDING'))
      .orderBy(asc(kernels.localRank)),
  )
  return async () => {
    const bySession = Map.groupBy(await read({}), (row) => row.sessionId)
    return new Map(
      [...bySession].map(([sessionId, rows]) => [
        sessionId,
        rows.map(({ id, image, architecture, slots, isLocal }) => ({
          id,
          image,
          architecture,
          // An image whose row is gone cannot be pulled, but may still be installed.
          imageIsLocal: isLocal ?? true,
          slots: slotsFromJson(slots),
          designatedAgent: null,
        })),
      ]),
    )
  }
}

/** What pending sessions wait for, by the waiting session. */
function dependencyReader({ db, tables }: Store): () => Promise<Map<string, Dependency[]>> {
  const { sessions, sessionDependencies } = tables
  const read = prepareQuery(
    'scheduler_dependencies',
    db
      .select({
        sessionId: sessionDependencies.sessionId,
        id: sessions.id,
        name: sessions.name,
        status: sessions.status,
        result: sessions.result,
      })
      .from(sessionDependencies)
      .innerJoin(sessions, eq(sessionDependencies.dependsOn, sessions.id))
      .where(
        inArray(
          sessionDependencies.sessionId,
          db.select({ id: sessions.id }).from(sessions).where(eq(sessions.status, 'PENDING')),
        ),
      ),
  )
  return async () => Map.groupBy(await read({}), (row) => row.sessionId)
}
