import { and, inArray, isNotNull, lt } from 'drizzle-orm'
import { parseDuration } from '../../config/value/duration.ts'
import type { ManagerPorts } from '../context.ts'

/** Drops container logs of kernels that ended longer ago than `config/session/log-retention` says; unset keeps them. */
export async function dropOldLogs(ports: Pick<ManagerPorts, 'store' | 'config' | 'clock'>): Promise<void> {
  const { store, config, clock } = ports
  const text = await config.get('config/session/log-retention')
  const seconds = text === null ? null : parseDuration(text)
  if (seconds === null || seconds <= 0) return
  const { kernels } = store.tables
  const old = and(
    inArray(kernels.status, ['TERMINATED', 'CANCELLED', 'ERROR']),
    isNotNull(kernels.containerLog),
    lt(kernels.terminatedAt, new Date(clock.now() - seconds * 1000)),
  )
  const found = await store.db.select({ id: kernels.id }).from(kernels).where(old).limit(1)
  if (found.length > 0) await store.tx((tx) => tx.update(kernels).set({ containerLog: null }).where(old))
}
