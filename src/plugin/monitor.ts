import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { PluginSettings } from './hook.ts'

/** Where a failure happened. */
export interface ErrorContext {
  readonly requestId?: string
  /** `POST /session`, or the name of a loop. */
  readonly operation: string
  readonly userUuid?: string
  readonly status?: number
}

/** Told of failures that nobody expected; never of refusals. Must not throw. */
export interface ErrorMonitor {
  captureException(error: unknown, context: ErrorContext): void | Promise<void>
  captureMessage(message: string, context: ErrorContext): void | Promise<void>
  dispose?(): void
}

export interface ErrorLogEntry {
  severity: 'critical' | 'error' | 'warning'
  message: string
  traceback: string | null
  context: ErrorContext
}

export interface MonitorWorld {
  readonly clock: Clock
  readonly log: Logger
  /** Writes a row of the error log that administrators read. */
  recordError(entry: ErrorLogEntry): Promise<void>
}

/** A plugin of the kind `error_monitor`. */
export interface ErrorMonitorPlugin {
  readonly name: string
  /** Works without a setting `enabled`, unless that is off. */
  readonly isOnByDefault?: boolean
  configure(settings: PluginSettings, world: MonitorWorld): ErrorMonitor
}

/** A count to add, or a level that holds until the next. */
export type MetricKind = 'increment' | 'gauge'

/** Told of figures by names such as `ai.backend.manager.api.requests`. Must not throw and not wait. */
export interface StatsMonitor {
  reportMetric(kind: MetricKind, name: string, value: number): void
  dispose?(): void
}

/** A plugin of the kind `stats_monitor`; works only where its setting `enabled` is on. */
export interface StatsMonitorPlugin {
  readonly name: string
  configure(settings: PluginSettings, world: MonitorWorld): StatsMonitor
}
