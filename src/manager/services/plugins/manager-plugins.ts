import { and, count, eq, notInArray } from 'drizzle-orm'
import type { EventBus } from '../../../events/bus.ts'
import { configChanged } from '../../../events/catalog/cluster.ts'
import type { HookPlugin } from '../../../plugin/hook.ts'
import type { ErrorMonitorPlugin, StatsMonitorPlugin } from '../../../plugin/monitor.ts'
import { PluginConflictError } from '../../../plugin/registry.ts'
import type { ManagerPorts } from '../../context.ts'
import { createHooks, type Hooks } from './hooks.ts'
import { createMonitors, type Monitors } from './monitors.ts'

/** The plugins of a manager and the lists of its own file (`[manager] allowed-plugins`, `disabled-plugins`). */
export interface ManagerPluginOptions {
  hooks?: readonly HookPlugin[]
  errorMonitors?: readonly ErrorMonitorPlugin[]
  statsMonitors?: readonly StatsMonitorPlugin[]
  /** Null: all. */
  allowed?: readonly string[] | null
  disabled?: readonly string[]
}

export interface ManagerPlugins extends Disposable {
  readonly hooks: Hooks
  readonly monitors: Monitors
  /** Follows changes of the settings at once. */
  connect(bus: EventBus): Promise<AsyncDisposable>
}

type Ports = Pick<ManagerPorts, 'config' | 'clock' | 'log' | 'store'>

/** @throws PluginConflictError when a name is on both lists */
export function createManagerPlugins(ports: Ports, options: ManagerPluginOptions): ManagerPlugins {
  const { allowed = null, disabled = [] } = options
  const both = (allowed ?? []).filter((name) => disabled.includes(name))
  if (both.length > 0) throw new PluginConflictError(`both allowed and disabled: ${both.join(', ')}`)
  const choose = <Plugin>(plugins: readonly Plugin[] = []) => ({ plugins, allowed, disabled })
  const { clock, log } = ports
  const world = { clock, log, aliveSessions: (accessKey: string) => aliveSessions(ports, accessKey) }
  const hooks = createHooks({ ports, choice: choose(options.hooks), world })
  const monitors = createMonitors({
    ports,
    errors: choose(options.errorMonitors),
    stats: choose(options.statsMonitors),
  })
  return {
    hooks,
    monitors,
    connect(bus) {
      const forget = () => {
        hooks.forget()
        monitors.forget()
      }
      return bus.subscribe([configChanged], forget, { onDropped: forget })
    },
    [Symbol.dispose]() {
      hooks[Symbol.dispose]()
      monitors[Symbol.dispose]()
    },
  }
}

async function aliveSessions({ store }: Ports, accessKey: string): Promise<number> {
  const { sessions } = store.tables
  const [row] = await store.db
    .select({ count: count() })
    .from(sessions)
    .where(
      and(
        eq(sessions.accessKey, accessKey),
        notInArray(sessions.status, ['TERMINATED', 'CANCELLED', 'ERROR']),
      ),
    )
  return row?.count ?? 0
}
