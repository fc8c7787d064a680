import { randomUUID } from 'node:crypto'
import type {
  ErrorContext,
  ErrorLogEntry,
  ErrorMonitorPlugin,
  MetricKind,
  MonitorWorld,
  StatsMonitorPlugin,
} from '../../../plugin/monitor.ts'
import type { ManagerPorts } from '../../context.ts'
import { createActivePlugins, type PluginChoice } from './active-plugins.ts'

/** The error and statistics monitors of the manager; none of its calls throws or has to be waited for. */
export interface Monitors extends Disposable {
  captureException(error: unknown, context: ErrorContext): Promise<void>
  captureMessage(message: string, context: ErrorContext): Promise<void>
  reportMetric(kind: MetricKind, name: string, value: number): void
  /** Whether anybody reads figures, so that what costs a query is asked only then. */
  readsMetrics(): Promise<boolean>
  /** The settings may be others now. */
  forget(): void
}

interface Options {
  ports: Pick<ManagerPorts, 'config' | 'clock' | 'log' | 'store'>
  errors: PluginChoice<ErrorMonitorPlugin>
  stats: PluginChoice<StatsMonitorPlugin>
}

export function createMonitors({ ports, errors, stats }: Options): Monitors {
  const { clock, log, store } = ports
  const world: MonitorWorld = { clock, log, recordError: (entry) => recordError(store, clock.now(), entry) }
  const errorMonitors = createActivePlugins({
    ...ports,
    kind: 'error_monitor',
    choice: errors,
    configure: (plugin, settings) => plugin.configure(settings, world),
    dispose: (monitor) => monitor.dispose?.(),
  })
  const statsMonitors = createActivePlugins({
    ...ports,
    kind: 'stats_monitor',
    choice: stats,
    configure: (plugin, settings) => plugin.configure(settings, world),
    dispose: (monitor) => monitor.dispose?.(),
  })

  async function each<Made>(
    from: { list(): Promise<readonly { name: string; made: Made }[]> },
    tell: (made: Made) => void | Promise<void>,
  ): Promise<void> {
    const listed = await from.list().catch((error: unknown) => {
      log.warn({ err: error }, 'the settings of monitors are not known')
      return []
    })
    for (const { name, made } of listed) {
      try {
        await tell(made)
      } catch (error) {
        log.warn({ err: error, plugin: name }, 'a monitor failed')
      }
    }
  }

  return {
    captureException: (error, context) =>
      each(errorMonitors, (monitor) => monitor.captureException(error, context)),
    captureMessage: (message, context) =>
      each(errorMonitors, (monitor) => monitor.captureMessage(message, context)),
    reportMetric(kind, name, value) {
      for (const { name: plugin, made } of statsMonitors.current()) {
        try {
          made.reportMetric(kind, name, value)
        } catch (error) {
          log.warn({ err: error, plugin }, 'a monitor failed')
        }
      }
    },
    readsMetrics: async () => (await statsMonitors.list()).length > 0,
    forget() {
      errorMonitors.forget()
      statsMonitors.forget()
    },
    [Symbol.dispose]() {
      errorMonitors[Symbol.dispose]()
      statsMonitors[Symbol.dispose]()
    },
  }
}

async function recordError(
  store: ManagerPorts['store'],
  now: number,
  { severity, message, traceback, context }: ErrorLogEntry,
): Promise<void> {
  const { operation, requestId, userUuid, status } = context
  await store.tx((tx) =>
    tx.insert(store.tables.errorLogs).values({
      id: randomUUID(),
      createdAt: new Date(now),
      severity,
      source: 'manager',
      user: userUuid ?? null,
      message,
      contextLang: 'typescript',
      contextEnv: requestId === undefined ? {} : { request_id: requestId },
      requestUrl: operation,
      requestStatus: status ?? null,
      traceback,
    }),
  )
}
