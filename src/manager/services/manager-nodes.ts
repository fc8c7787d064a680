import { asc, eq, gte } from 'drizzle-orm'
import type { Store } from '../../db/store.ts'
import type { Clock } from '../../lib/clock.ts'
import type { ManagerPorts } from '../context.ts'

/** Managers silent for longer are not shown. */
export const MANAGER_TIMEOUT_MS = 40_000

/** One manager among those of the cluster. */
export interface ManagerNode {
  readonly id: string
  /** `host:port` of its API. */
  readonly address: string
  readonly version: string
}

/** Writes this manager's sign of life; the first one at its start. */
export async function announceManager(
  { store, clock }: Pick<ManagerPorts, 'store' | 'clock'>,
  node: ManagerNode,
  startedAt: number,
): Promise<void> {
  const { managers } = store.tables
  const facts = {
    address: node.address,
    version: node.version,
    startedAt: new Date(startedAt),
    heartbeatAt: new Date(clock.now()),
  }
  await store.tx(
    (tx) =>
      tx
        .insert(managers)
        .values({ id: node.id, ...facts })
        .onConflictDoUpdate({ target: managers.id, set: facts }),
    { relaxed: true },
  )
}

/** An orderly end; the row of a killed manager is passed over once it is old. */
export async function withdrawManager(store: Store, id: string): Promise<void> {
  const { managers } = store.tables
  await store.tx((tx) => tx.delete(managers).where(eq(managers.id, id)))
}

/** The managers heard of lately, by id. */
export async function livingManagers(store: Store, clock: Clock): Promise<ManagerNode[]> {
  const { managers } = store.tables
  return await store.db
    .select({ id: managers.id, address: managers.address, version: managers.version })
    .from(managers)
    .where(gte(managers.heartbeatAt, new Date(clock.now() - MANAGER_TIMEOUT_MS)))
    .orderBy(asc(managers.id))
}
