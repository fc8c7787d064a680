import type { AdminContext } from '../admin/admin-context.ts'
import { createMemoryCache } from '../cache/drivers/memory.ts'
import { createMemoryBus } from '../events/drivers/memory.ts'
import { createBackgroundTasks } from '../manager/services/background-tasks.ts'
import { startRescan } from '../manager/services/registry/rescan.ts'
import { noAgents } from './no-agents.ts'

/** Reads registries while no manager runs, as installations are made ready before their first start. */
export async function offlineImages({
  store,
  config,
  clock,
  log,
}: Pick<AdminContext, 'store' | 'config' | 'clock' | 'log'>): Promise<
  NonNullable<AdminContext['images']> & AsyncDisposable
> {
  await using stack = new AsyncDisposableStack()
  const bus = stack.use(createMemoryBus({ clock, log }))
  const cache = stack.use(createMemoryCache({ clock }))
  const tasks = stack.use(createBackgroundTasks({ cache, bus, log, managerId: 'mgr' }))
  const owned = stack.move()
  return {
    rescan: (registry) =>
      startRescan({ store, config, agents: noAgents, clock, log }, tasks, { registry, starter: null }),
    rescanState: (taskId) => tasks.state(taskId),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
